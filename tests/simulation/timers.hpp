#pragma once

#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>

namespace simulation {

using Instant = std::chrono::steady_clock::time_point;

/// The virtual clock with everything that waits for it. One per process: runs follow each other.
class Timers {
public:
    /// An entry that is waiting, or was.
    using Key = std::pair<Instant, std::uint64_t>;
    using Due = std::move_only_function<void()>;
    /// Not the epoch: nothing may take "never" for "just now".
    static constexpr Instant start{std::chrono::hours{1'000}};

    Instant now() const { return now_; }

    Key add(Instant at, Due due);
    /// What waited, if it still does.
    std::optional<Due> take(Key key);

    /// When the next is due.
    std::optional<Instant> next() const;
    /// Lets time pass until then, and lets what is due happen. Time never goes back.
    void pass_until(Instant at);
    /// Forgets whatever waits, and goes on from that time.
    void start_over(Instant at = start);

    bool empty() const { return waiting_.empty(); }

private:
    Instant now_ = start;
    std::uint64_t last_ = 0;
    std::map<Key, Due> waiting_;
};

Timers& timers();

}  // namespace simulation
