#include "clients/drink_bench/schedule.hpp"
#include "support/catch.hpp"

using namespace std::chrono_literals;
using drink_bench::Arrivals;
using drink_bench::Interval;
using drink_bench::Time;

namespace {

constexpr Time start{100s};

}  // namespace

TEST_CASE("arrivals: come evenly from the start on")
{
    Arrivals arrivals{1'000, start};
    CHECK(arrivals.begin() == start);
    CHECK(arrivals.begin() == start + 1ms);
    CHECK(arrivals.begin() == start + 2ms);
    CHECK(arrivals.next() == start + 3ms);
}

TEST_CASE("arrivals: one that is begun late keeps the time at which it arrived")
{
    Arrivals arrivals{10, start};
    CHECK(arrivals.waiting(start + 1s) == 11);
    CHECK(arrivals.begin() == start);
    CHECK(arrivals.begin() == start + 100ms);
    CHECK(arrivals.waiting(start + 1s) == 9);
}

TEST_CASE("arrivals: nobody waits before the first one")
{
    const Arrivals arrivals{10, start};
    CHECK(arrivals.waiting(start - 1ns) == 0);
    CHECK(arrivals.waiting(start) == 1);
}

TEST_CASE("arrivals: as many wait as can be begun")
{
    const double rate = GENERATE(0.3, 3.0, 7.0, 1'000.0, 12'345.6, 99'999.0);
    CAPTURE(rate);
    for (const auto after : {0ns, 1ns, 333'333'333ns, 1'000'000'000ns, 3'600'000'000'007ns}) {
        Arrivals arrivals{rate, start};
        const auto now = start + after;
        const auto waiting = arrivals.waiting(now);
        if (waiting > 1'000) continue;  // That takes long, and is the same.
        for (std::uint64_t i = 0; i < waiting; ++i) CHECK(arrivals.begin() <= now);
        CHECK(arrivals.next() > now);
        CHECK(arrivals.waiting(now) == 0);
    }
}

TEST_CASE("arrivals: do not drift in a day")
{
    Arrivals arrivals{30'000, start};
    CHECK(arrivals.waiting(start + 24h) == 30'000ULL * 86'400 + 1);
}

TEST_CASE("interval: a fixed one needs no dice, a range stays within itself")
{
    drink_bench::Dice dice{1};
    CHECK(Interval{2s, 2s}.pick(dice) == 2s);
    CHECK(dice == drink_bench::Dice{1});
    for (int i = 0; i < 1'000; ++i) {
        const auto time = Interval{1ms, 3ms}.pick(dice);
        CHECK(time >= 1ms);
        CHECK(time <= 3ms);
    }
}
