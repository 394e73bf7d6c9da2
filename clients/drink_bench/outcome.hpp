#pragma once

#include "clients/drink_bench/histogram.hpp"
#include "clients/drink_bench/process_usage.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace drink_bench {

/// What a process used while it was measured.
struct UsedBy {
    ProcessUsage before;
    ProcessUsage after;

    std::chrono::nanoseconds cpu() const { return after.cpu - before.cpu; }
    /// Outside of the kernel.
    std::chrono::nanoseconds user() const;
    std::int64_t waits() const { return after.waits - before.waits; }
    std::int64_t preemptions() const { return after.preemptions - before.preemptions; }
};

/// Requests of a fixed rate that waited for a free member.
struct Backlog {
    std::uint64_t longest = 0;
    std::uint64_t at_end = 0;
};

/// What a run has measured.
struct Outcome {
    std::chrono::nanoseconds time{0};  ///< For how long.
    bool interrupted = false;          ///< The user ended it early.

    std::uint64_t answered = 0;            ///< Requests that were answered with OK;
    Histogram latency;                     ///< of these, from when they were due.
    std::map<int, std::uint64_t> refused;  ///< The others, by code.
    std::uint64_t fewest = 0;              ///< Answered with OK, of one member.
    std::uint64_t most = 0;
    std::chrono::nanoseconds longest_pending{0};  ///< Of any request, whether it was answered or
    std::chrono::nanoseconds oldest_at_end{0};    ///< was still under way when time was over.
    std::optional<Backlog> backlog;               ///< Where there was a rate.
    std::uint64_t never_answered = 0;             ///< Not even long after the end.

    std::uint64_t gone = 0;                        ///< Members and boards that were lost.
    std::map<std::string, std::uint64_t> reasons;  ///< Why: the first few.

    std::size_t connections = 0;  ///< That were set up.
    std::chrono::nanoseconds set_up_time{0};
    std::int64_t bytes_before_set_up = 0;  ///< The server's memory.
    std::optional<UsedBy> server;
    UsedBy self;
};

/// Requests answered with OK in a second.
double per_second(const Outcome& outcome);
/// How many were not.
std::uint64_t refusals(const Outcome& outcome);
/// The share of one core that a process used.
double share_of_core(const UsedBy& used, const Outcome& outcome);
/// How much the server's memory grew by each connection.
double bytes_per_connection(const Outcome& outcome);

/// With more of its core than this, what sent the requests may be what was slow.
inline constexpr double bottleneck_share = 0.9;

}  // namespace drink_bench
