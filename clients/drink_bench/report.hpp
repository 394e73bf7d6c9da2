#pragma once

#include "clients/drink_bench/outcome.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace drink_bench {

/// What was measured, in the words of the command line.
struct Subject {
    std::string workload;  ///< drops, stat, logins, idle or connects.
    std::size_t members = 0;
    std::size_t boards = 0;
    std::optional<double> rate;
};

/// The outcome as a table for people.
std::string format_table(const Subject& subject, const Outcome& outcome);

/// The outcome as one JSON object.
std::string format_json(const Subject& subject, const Outcome& outcome);

/// A line about a run that goes on, after so long; `before` is what it was at the line before.
std::string format_progress(
    std::string_view at, std::chrono::nanoseconds elapsed, const Outcome& outcome);

/// A duration in the unit that suits it, with three digits: `512 us`, `3.46 ms`, `1.20 s`.
std::string format_duration(std::chrono::nanoseconds duration);

}  // namespace drink_bench
