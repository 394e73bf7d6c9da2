#pragma once

#include "clients/drink_bench/event_loop.hpp"

#include <cstdint>
#include <random>

namespace drink_bench {

using Dice = std::mt19937_64;

/// A time that something takes: always the same, or drawn evenly from a range.
struct Interval {
    Clock::duration from{0};
    Clock::duration to{0};

    bool operator==(const Interval&) const = default;

    Clock::duration pick(Dice& dice) const
    {
        return from == to ? from
                          : Clock::duration{std::uniform_int_distribution<Clock::duration::rep>{
                                from.count(), to.count()}(dice)};
    }
};

/// Requests that arrive at a fixed rate, whatever becomes of those before them. Each is begun when
/// there is somebody to begin it, and is measured from when it arrived: a server that stops for a
/// second is so seen to keep all of that second's requests waiting.
class Arrivals {
public:
    Arrivals(double per_second, Time start) : per_second_{per_second}, start_{start} {}

    /// When the next one to be begun arrives, or did.
    Time next() const { return time_of(begun_); }
    /// Begins it.
    Time begin() { return time_of(begun_++); }

    bool is_due(Time now) const { return next() <= now; }
    /// How many have arrived by then and were not begun.
    std::uint64_t waiting(Time now) const;

private:
    Time time_of(std::uint64_t number) const;

    double per_second_;
    Time start_;
    std::uint64_t begun_ = 0;
};

}  // namespace drink_bench
