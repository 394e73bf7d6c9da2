#include "machines/slot.hpp"

#include <algorithm>

namespace machines {

std::int64_t Slot::left() const
{
    if (sensor == Sensor::empty) return 0;
    if (!stock || sold_by_sensor()) return 1;
    return std::max<std::int64_t>(*stock - held, 0);
}

std::optional<Refusal> Slot::why_not_sellable() const
{
    if (!enabled) return Refusal::slot_disabled;
    if (left() == 0) return Refusal::slot_empty;
    return std::nullopt;
}

bool Slot::sold_by_sensor() const
{
    return stock && *stock - held <= 0 && sensor == Sensor::present && held == 0;
}

}  // namespace machines
