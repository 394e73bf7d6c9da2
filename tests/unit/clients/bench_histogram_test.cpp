#include "clients/drink_bench/histogram.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

using namespace std::chrono_literals;
using drink_bench::Histogram;
using std::chrono::nanoseconds;

namespace {

// The same by sorting.
nanoseconds exact_percentile(std::vector<nanoseconds> durations, double percent)
{
    std::ranges::sort(durations);
    const auto wanted = std::ceil(percent / 100 * static_cast<double>(durations.size()));
    return durations[static_cast<std::size_t>(std::max(wanted, 1.0)) - 1];
}

}  // namespace

TEST_CASE("histogram: an empty one has nothing to tell")
{
    const Histogram histogram;
    CHECK(histogram.count() == 0);
    CHECK(histogram.percentile(50) == 0ns);
    CHECK(histogram.mean() == 0ns);
    CHECK(histogram.max() == 0ns);
}

TEST_CASE("histogram: every percentile of one duration is that duration")
{
    const auto duration =
        GENERATE(0ns, 1ns, 127ns, 128ns, 255ns, 256ns, 1'234'567ns, 3h, 24h * 365);
    Histogram histogram;
    histogram.add(duration);
    CHECK(histogram.percentile(0) == duration);
    CHECK(histogram.percentile(50) == duration);
    CHECK(histogram.percentile(100) == duration);
    CHECK(histogram.mean() == duration);
    CHECK(histogram.max() == duration);
}

TEST_CASE("histogram: the longest duration that there is has a bucket")
{
    Histogram histogram;
    histogram.add(nanoseconds::max());
    histogram.add(1ns);
    CHECK(histogram.percentile(50) == 1ns);
    CHECK(histogram.percentile(100) == nanoseconds::max());
}

TEST_CASE("histogram: a clock that went backwards counts as no time")
{
    Histogram histogram;
    histogram.add(-5ns);
    CHECK(histogram.count() == 1);
    CHECK(histogram.max() == 0ns);
}

TEST_CASE("histogram: percentiles are never below the exact ones and at most 1/128 above")
{
    std::mt19937 dice{7};
    std::lognormal_distribution<> microseconds{6, 2};
    Histogram histogram;
    std::vector<nanoseconds> all;
    nanoseconds sum{0};
    for (int i = 0; i < 10'000; ++i) {
        const nanoseconds duration{static_cast<std::int64_t>(microseconds(dice) * 1'000)};
        histogram.add(duration);
        all.push_back(duration);
        sum += duration;
    }
    for (const double percent : {0.0, 1.0, 50.0, 90.0, 99.0, 99.9, 99.99, 100.0}) {
        CAPTURE(percent);
        const auto exact = exact_percentile(all, percent);
        CHECK(histogram.percentile(percent) >= exact);
        CHECK(histogram.percentile(percent) <= exact + exact / 128 + 1ns);
    }
    CHECK(histogram.max() == *std::ranges::max_element(all));
    CHECK(histogram.mean() == sum / 10'000);
}
