#include "clients/drink_bench/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace drink_bench {
namespace {

// Values below 128 have a bucket each; from there on every doubling is cut into 128.
constexpr int step_bits = 7;
constexpr std::uint64_t steps = 1U << step_bits;
constexpr std::size_t buckets = (64 - step_bits) * steps;

}  // namespace

Histogram::Histogram() : buckets_(buckets) {}

std::size_t Histogram::bucket_of(std::uint64_t value)
{
    if (value < steps) return value;
    const int shift = static_cast<int>(std::bit_width(value)) - 1 - step_bits;
    return static_cast<std::size_t>(shift) * steps + (value >> shift);
}

std::uint64_t Histogram::highest_of(std::size_t bucket)
{
    if (bucket < 2 * steps) return bucket;
    const auto shift = bucket / steps - 1;
    return ((bucket - shift * steps + 1) << shift) - 1;
}

void Histogram::add(Duration duration)
{
    duration = std::max(duration, Duration{0});
    ++buckets_[bucket_of(static_cast<std::uint64_t>(duration.count()))];
    ++count_;
    sum_ += duration;
    max_ = std::max(max_, duration);
}

Histogram::Duration Histogram::mean() const
{
    return count_ == 0 ? Duration{0} : sum_ / static_cast<Duration::rep>(count_);
}

Histogram::Duration Histogram::percentile(double percent) const
{
    const auto share = percent / 100 * static_cast<double>(count_);
    const auto wanted = std::max<std::uint64_t>(static_cast<std::uint64_t>(std::ceil(share)), 1);
    std::uint64_t seen = 0;
    for (std::size_t bucket = 0; bucket < buckets_.size(); ++bucket) {
        seen += buckets_[bucket];
        if (seen < wanted) continue;
        return std::min(Duration{static_cast<Duration::rep>(highest_of(bucket))}, max_);
    }
    return max_;
}

}  // namespace drink_bench
