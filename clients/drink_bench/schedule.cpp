#include "clients/drink_bench/schedule.hpp"

#include <chrono>

namespace drink_bench {

Time Arrivals::time_of(std::uint64_t number) const
{
    const std::chrono::duration<double> after{static_cast<double>(number) / per_second_};
    return start_ + std::chrono::duration_cast<Clock::duration>(after);
}

std::uint64_t Arrivals::waiting(Time now) const
{
    if (now < next()) return 0;
    const std::chrono::duration<double> after = now - start_;
    // Rounded down at first, and then what next() agrees with.
    auto arrived = static_cast<std::uint64_t>(after.count() * per_second_);
    while (time_of(arrived) <= now) ++arrived;
    return arrived - begun_;
}

}  // namespace drink_bench
