#pragma once

#include "protocol/codes.hpp"
#include "protocol/words.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace machines {

using protocol::Credits;
using protocol::Refusal;
using protocol::Sensor;
using protocol::SlotNumber;

/// A slot of a machine and what is in it.
struct Slot {
    SlotNumber number = 0;
    std::string item;
    Credits price = 0;
    /// The items in it, those held by open drops among them. Nothing = this slot is not counted.
    std::optional<std::int64_t> stock;
    std::int64_t held = 0;  ///< Open drops of it.
    std::int64_t sold = 0;
    bool enabled = true;
    Sensor sensor = Sensor::unknown;

    /// How many can still be sold, as STAT tells it. 1 where that is not known exactly: a slot that
    /// is not counted, or one whose sensor sees something where the count says nothing is left.
    std::int64_t left() const;

    /// Why one of it cannot be sold now, or nothing.
    std::optional<Refusal> why_not_sellable() const;

    /// Whether selling one relies on the sensor against the count, which then has to be corrected
    /// by one: only while no other drop of the slot is open, since a sensor cannot count.
    bool sold_by_sensor() const;
};

}  // namespace machines
