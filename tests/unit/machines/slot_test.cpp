#include "machines/slot.hpp"

#include "support/catch.hpp"

#include <cstdint>
#include <optional>

using machines::Refusal;
using machines::Sensor;
using machines::Slot;

namespace {

Slot slot_with(std::optional<std::int64_t> stock, std::int64_t held, Sensor sensor)
{
    Slot slot;
    slot.number = 1;
    slot.stock = stock;
    slot.held = held;
    slot.sensor = sensor;
    return slot;
}

}  // namespace

TEST_CASE("slot: what open drops hold can not be sold")
{
    REQUIRE(slot_with(5, 0, Sensor::unknown).left() == 5);
    REQUIRE(slot_with(5, 2, Sensor::unknown).left() == 3);
    REQUIRE(slot_with(5, 5, Sensor::unknown).left() == 0);
}

TEST_CASE("slot: what is left is never below zero")
{
    REQUIRE(slot_with(1, 3, Sensor::unknown).left() == 0);
}

TEST_CASE("slot: a sensor that says empty leaves nothing to sell")
{
    REQUIRE(slot_with(5, 0, Sensor::empty).left() == 0);
    REQUIRE(slot_with(std::nullopt, 0, Sensor::empty).left() == 0);
}

TEST_CASE("slot: a sensor that sees something does not change a count")
{
    const auto slot = slot_with(5, 1, Sensor::present);
    REQUIRE(slot.left() == 4);
    REQUIRE_FALSE(slot.sold_by_sensor());
}

TEST_CASE("slot: a sensor that sees something where the count says none lets one be sold")
{
    const auto slot = slot_with(0, 0, Sensor::present);
    REQUIRE(slot.left() == 1);
    REQUIRE(slot.sold_by_sensor());
}

TEST_CASE("slot: the sensor is not believed against the count while another drop is open")
{
    const auto slot = slot_with(1, 1, Sensor::present);
    REQUIRE(slot.left() == 0);
    REQUIRE_FALSE(slot.sold_by_sensor());
}

TEST_CASE("slot: a count of zero is empty while the sensor has said nothing")
{
    const auto slot = slot_with(0, 0, Sensor::unknown);
    REQUIRE(slot.left() == 0);
    REQUIRE_FALSE(slot.sold_by_sensor());
}

TEST_CASE("slot: a slot that is not counted always has one left")
{
    for (const auto sensor : {Sensor::unknown, Sensor::present}) {
        const auto slot = slot_with(std::nullopt, 3, sensor);
        REQUIRE(slot.left() == 1);
        REQUIRE_FALSE(slot.sold_by_sensor());
    }
}

TEST_CASE("slot: one that is enabled and not empty can be sold")
{
    REQUIRE_FALSE(slot_with(1, 0, Sensor::unknown).why_not_sellable().has_value());
}

TEST_CASE("slot: an empty slot is refused as empty")
{
    REQUIRE(slot_with(1, 1, Sensor::unknown).why_not_sellable() == Refusal::slot_empty);
}

TEST_CASE("slot: a disabled slot is refused as disabled, also when it is empty")
{
    auto slot = slot_with(0, 0, Sensor::empty);
    slot.enabled = false;
    REQUIRE(slot.why_not_sellable() == Refusal::slot_disabled);
}
