// What the settings file says of slots, against what sales made of them since.
#include "ledger_rig.hpp"
#include "support/catch.hpp"

#include <array>

using ledger::DropEvent;

namespace {

void sell_one(LedgerRig& rig, SlotNumber slot)
{
    rig.settle(rig.reserve(slot), DropEvent::acked);
    rig.commit();
}

}  // namespace

TEST_CASE("settings values: a slot that is first seen has every value of the file")
{
    LedgerRig rig;
    const auto coke = rig.slot(1);
    REQUIRE(coke.item == "Coke");
    REQUIRE(coke.price == 50);
    REQUIRE(coke.stock == 10);
    REQUIRE(coke.enabled);
    REQUIRE(coke.sensor == Sensor::unknown);
    REQUIRE_FALSE(rig.slot(2).stock.has_value());
    REQUIRE(rig.slot(4).stock == 0);
    rig.require_sound();
}

TEST_CASE("settings values: what a sale left of a count stays while the file says the same")
{
    LedgerRig rig;
    sell_one(rig, 1);
    rig.reopen();
    REQUIRE(rig.slot(1).stock == 9);
    rig.take_settings();
    REQUIRE(rig.slot(1).stock == 9);
}

TEST_CASE("settings values: a count that changed in the file counts")
{
    LedgerRig rig;
    sell_one(rig, 1);
    rig.settings[0].slots[0].count = 12;
    rig.take_settings();
    REQUIRE(rig.slot(1).stock == 12);
    REQUIRE(rig.slot(1).sold == 1);
    rig.require_sound();
}

TEST_CASE("settings values: a count is what can be sold, beside what open drops hold")
{
    LedgerRig rig;
    const auto drop = rig.reserve(1);
    rig.settings[0].slots[0].count = 3;
    rig.take_settings();
    REQUIRE(rig.slot(1).left() == 3);
    rig.settle(drop, DropEvent::acked);
    REQUIRE(rig.slot(1).left() == 3);
    rig.require_sound();
}

TEST_CASE("settings values: a value that changed in the file brings no other with it")
{
    LedgerRig rig;
    sell_one(rig, 1);
    rig.settings[0].slots[0].price = 60;
    rig.take_settings();
    REQUIRE(rig.slot(1).price == 60);
    REQUIRE(rig.slot(1).stock == 9);
    rig.settings[0].slots[0].item = "Cola";
    rig.settings[0].slots[0].enabled = false;
    rig.take_settings();
    REQUIRE(rig.slot(1).item == "Cola");
    REQUIRE_FALSE(rig.slot(1).enabled);
    REQUIRE(rig.slot(1).price == 60);
    REQUIRE(rig.slot(1).stock == 9);
    rig.require_sound();
}

TEST_CASE("settings values: what an admin made of a slot stays while the file says the same")
{
    LedgerRig rig;
    rig.close();
    // As an admin's edit leaves it: the values differ, those of the file do not.
    rig.tamper("UPDATE slots SET item = 'Beer', price = 90, enabled = 0 WHERE number = 1");
    rig.reopen();
    REQUIRE(rig.slot(1).item == "Beer");
    REQUIRE(rig.slot(1).price == 90);
    REQUIRE_FALSE(rig.slot(1).enabled);
    rig.settings[0].slots[0].price = 55;
    rig.take_settings();
    REQUIRE(rig.slot(1).item == "Beer");
    REQUIRE(rig.slot(1).price == 55);
    REQUIRE_FALSE(rig.slot(1).enabled);
}

TEST_CASE("settings values: a value that the file had before counts again when it comes back")
{
    LedgerRig rig;
    auto& count = rig.settings[0].slots[0].count;
    count = 5;
    rig.take_settings();
    count = 10;
    rig.take_settings();
    REQUIRE(rig.slot(1).stock == 10);
}

TEST_CASE("settings values: a slot that is not in the file any more can not be sold")
{
    LedgerRig rig;
    rig.settings[0].slots.erase(rig.settings[0].slots.begin());
    rig.take_settings();
    REQUIRE(rig.ledger().slots(rig.machine).size() == 3);
    REQUIRE(rig.refusal(rig.ann, 1) == Refusal::no_such_slot);
    rig.require_sound();
}

TEST_CASE("settings values: a slot that was removed and comes back counts as first seen")
{
    LedgerRig rig;
    sell_one(rig, 1);
    rig.commit();
    rig.tamper("UPDATE slots SET item = 'Beer', price = 90, enabled = 0 WHERE number = 1");
    const auto all = rig.settings[0].slots;
    rig.settings[0].slots.erase(rig.settings[0].slots.begin());
    rig.reopen();
    rig.settings[0].slots = all;
    rig.take_settings();
    const auto coke = rig.slot(1);
    REQUIRE(coke.item == "Coke");
    REQUIRE(coke.price == 50);
    REQUIRE(coke.enabled);
    REQUIRE(coke.stock == 10);
    rig.require_sound();
}

TEST_CASE("settings values: a machine that was removed and comes back keeps what it sold")
{
    LedgerRig rig;
    sell_one(rig, 1);
    const auto before = rig.machine;
    auto without = std::array{machine_setting("x")};
    rig.ledger().take_settings(without);
    REQUIRE(rig.ledger().slots(before).empty());
    rig.take_settings();
    REQUIRE(rig.machine == before);
    REQUIRE(rig.slot(1).sold == 1);
    REQUIRE(rig.slot(1).stock == 10);
    rig.require_sound();
}

TEST_CASE("settings values: a removed slot's open drop can still be settled")
{
    LedgerRig rig;
    const auto drop = rig.reserve(1);
    rig.settings[0].slots.erase(rig.settings[0].slots.begin());
    rig.take_settings();
    REQUIRE(rig.settle(drop, DropEvent::acked).balance == 950);
    rig.require_sound();
}

TEST_CASE("settings values: a slot may begin and cease to be counted while a drop is open")
{
    for (const auto event : {DropEvent::acked, DropEvent::nacked}) {
        for (const SlotNumber slot : {SlotNumber{1}, SlotNumber{2}, SlotNumber{4}}) {
            CAPTURE(static_cast<int>(event), int{slot});
            LedgerRig rig;
            rig.sense(slot, Sensor::present);
            const auto drop = rig.reserve(slot);
            auto& count = rig.settings[0].slots[slot - 1U].count;
            const auto before = count;
            count = before ? std::nullopt : std::optional<std::int64_t>{4};
            rig.take_settings();
            rig.require_sound();
            count = before;
            rig.take_settings();
            rig.require_sound();
            rig.settle(drop, event);
            rig.require_sound();
        }
    }
}

TEST_CASE("settings values: the keys of machines are in their order and last")
{
    LedgerRig rig;
    const std::array two{machine_setting("x"), machine_setting("d")};
    const auto keys = rig.ledger().take_settings(two);
    REQUIRE(keys.size() == 2);
    REQUIRE(keys[1] == rig.machine);
    REQUIRE(keys[0] != rig.machine);
    rig.commit();
    rig.reopen();
    REQUIRE(rig.ledger().take_settings(two) == keys);
}

TEST_CASE("settings values: slots come in the order of their numbers")
{
    LedgerRig rig;
    rig.settings[0].slots.push_back(slot_setting(255, "Last", 1, 1));
    rig.take_settings();
    std::vector<int> numbers;
    for (const auto& slot : rig.ledger().slots(rig.machine)) numbers.push_back(slot.number);
    REQUIRE(numbers == std::vector{1, 2, 3, 4, 255});
}

TEST_CASE("settings values: equal slot numbers of two machines are two slots")
{
    LedgerRig rig;
    const std::array two{machine_setting("d"), machine_setting("x")};
    const auto keys = rig.ledger().take_settings(two);
    const auto sold = rig.ledger().reserve(rig.ann, keys[1], 1);
    REQUIRE(sold.has_value());
    REQUIRE(rig.ledger().slots(keys[0])[0].held == 0);
    REQUIRE(rig.ledger().slots(keys[1])[0].held == 1);
}

TEST_CASE("settings values: every change of a stock besides drops is kept with its cause")
{
    LedgerRig rig;
    rig.now_ms += 1'000;
    rig.settings[0].slots[0].count = 4;
    rig.take_settings();
    rig.commit();
    REQUIRE(
        rig.text("SELECT format('%d %d %s: %s', at, amount, actor, reason) FROM stock_changes "
                 "ORDER BY id DESC LIMIT 1") == "1700000001000 -6 settings: the settings file");
}

TEST_CASE("settings values: a sensor's word is kept over a restart")
{
    LedgerRig rig;
    rig.sense(1, Sensor::empty);
    rig.commit();
    rig.reopen();
    REQUIRE(rig.slot(1).sensor == Sensor::empty);
    REQUIRE(rig.slot(1).stock == 10);
}

TEST_CASE("settings values: of a board without sensors no sensor's word stays in force")
{
    LedgerRig rig;
    rig.sense(1, Sensor::empty);
    rig.sense(4, Sensor::present);
    rig.commit();
    rig.settings[0].board.sensor = false;
    rig.reopen();
    REQUIRE(rig.slot(1).sensor == Sensor::unknown);
    REQUIRE(rig.slot(4).sensor == Sensor::unknown);
    REQUIRE(rig.refusal(rig.ann, 4) == Refusal::slot_empty);
    rig.reserve(1);
    rig.require_sound();
}

TEST_CASE("settings values: sensors of slots that the machine does not have are ignored")
{
    LedgerRig rig;
    rig.sense(77, Sensor::empty);
    rig.require_sound();
}

TEST_CASE("settings values: a slot is told as changed once it is committed, and once")
{
    LedgerRig rig;
    rig.ledger().take_changed_slots();
    rig.reserve(1);
    REQUIRE(rig.ledger().take_changed_slots().empty());
    rig.commit();
    const auto changed = rig.ledger().take_changed_slots();
    REQUIRE(changed.size() == 1);
    REQUIRE(changed[0].machine == rig.machine);
    REQUIRE(changed[0].slot.number == 1);
    REQUIRE(changed[0].slot.held == 1);
    REQUIRE(rig.ledger().take_changed_slots().empty());
}

TEST_CASE("settings values: a slot whose change was rolled back is not told")
{
    LedgerRig rig;
    rig.ledger().take_changed_slots();
    rig.reserve(1);
    rig.ledger().rollback();
    rig.commit();
    REQUIRE(rig.ledger().take_changed_slots().empty());
}

TEST_CASE("settings values: temperatures are kept with their time")
{
    LedgerRig rig;
    rig.ledger().add_temperature(rig.machine, 38.5);
    rig.now_ms += 60'000;
    rig.ledger().add_temperature(rig.machine, 39.25);
    rig.ledger().add_temperature(rig.machine, 39.5);
    rig.commit();
    REQUIRE(
        rig.text("SELECT group_concat(at || ' ' || fahrenheit, ', ') FROM temperatures") ==
        "1700000000000 38.5, 1700000060000 39.5");
}

TEST_CASE("settings values: the last temperature of a machine is known, after a restart too")
{
    LedgerRig rig;
    rig.settings.push_back(machine_setting("x"));
    const auto other = rig.ledger().take_settings(rig.settings).at(1);
    REQUIRE_FALSE(rig.ledger().last_temperature(rig.machine).has_value());
    rig.ledger().add_temperature(rig.machine, 38.5);
    rig.now_ms += 60'000;
    rig.ledger().add_temperature(rig.machine, 39.25);
    rig.now_ms += 60'000;
    rig.ledger().add_temperature(other, 50);
    rig.commit();
    rig.reopen();
    const auto last = rig.ledger().last_temperature(rig.machine);
    REQUIRE(last.has_value());
    REQUIRE(last->at_ms == 1'700'000'060'000);
    REQUIRE(last->fahrenheit == 39.25);
}
