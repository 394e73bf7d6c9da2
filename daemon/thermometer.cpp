#include "daemon/thermometer.hpp"

namespace drinkd {

void Thermometer::take(double fahrenheit, Clock::time_point at)
{
    const std::scoped_lock lock{mutex_};
    last_ = {.fahrenheit = fahrenheit, .at = at};
}

std::optional<double> Thermometer::fahrenheit(Clock::time_point now) const
{
    const std::scoped_lock lock{mutex_};
    if (!last_ || now - last_->at > news_for) return std::nullopt;
    return last_->fahrenheit;
}

}  // namespace drinkd
