// The operations of Ledger that concern machines, slots and what boards report of them.
#include "ledger/ledger.hpp"
#include "ledger/statements.hpp"

#include <algorithm>
#include <set>

namespace ledger {
namespace {

constexpr Cause from_settings{.actor = "settings", .reason = "the settings file"};

}  // namespace

std::vector<MachineKey> Ledger::take_settings(std::span<const config::Machine> machines)
{
    write();
    std::vector<MachineKey> keys;
    std::set<std::int64_t> wanted;
    for (const auto& machine : machines) {
        keys.push_back(machine_key(machine.id));
        for (const auto& slot : machine.slots) {
            take_slot(keys.back(), slot);
            wanted.insert(place(keys.back(), slot.number));
        }
        if (!machine.board.sensor) forget_sensors(keys.back());
    }
    for (const auto& [where, key] : slot_places_) {
        if (!wanted.contains(where) && slots_.at(key).in_settings) {
            slots_.edit(key).in_settings = false;
            store(key);
        }
    }
    return keys;
}

std::vector<machines::Slot> Ledger::slots(MachineKey machine) const
{
    std::vector<machines::Slot> result;
    for (int number = 1; number <= 255; ++number) {
        const auto* key = slot_places_.find(place(machine, static_cast<SlotNumber>(number)));
        if (key && slots_.at(*key).in_settings) result.push_back(slots_.at(*key).slot);
    }
    return result;
}

// Nobody would ever take back what a sensor said that is not listened to any more.
void Ledger::forget_sensors(MachineKey machine)
{
    std::vector<SensedSlot> unknown;
    for (const auto& slot : slots(machine)) unknown.push_back({.slot = slot.number});
    set_sensors(machine, unknown);
}

void Ledger::set_sensors(MachineKey machine, std::span<const SensedSlot> sensed)
{
    for (const auto& report : sensed) {
        const auto* key = slot_places_.find(place(machine, report.slot));
        if (!key || slots_.at(*key).slot.sensor == report.sensor) continue;
        auto& sensor = slots_.edit(*key).slot.sensor;
        const bool emptied = sensor == Sensor::present && report.sensor == Sensor::empty;
        sensor = report.sensor;
        store(*key);
        if (emptied) note_emptied(*key);
    }
}

void Ledger::add_temperature(MachineKey machine, double fahrenheit)
{
    write();
    statements_->insert_temperature.run(static_cast<std::int64_t>(machine), now(), fahrenheit);
}

std::optional<Temperature> Ledger::last_temperature(MachineKey machine)
{
    auto& find = statements_->last_temperature;
    find.start(static_cast<std::int64_t>(machine));
    if (!find.step()) return std::nullopt;
    const Temperature last{.at_ms = find.integer(0), .fahrenheit = find.real(1)};
    find.reset();
    return last;
}

std::vector<ChangedSlot> Ledger::take_changed_slots() { return std::exchange(changed_slots_, {}); }

MachineKey Ledger::machine_key(const std::string& id)
{
    auto& find = statements_->find_machine;
    find.start(id);
    if (find.step()) {
        const MachineKey key{find.integer(0)};
        find.reset();
        return key;
    }
    statements_->insert_machine.run(id);
    return MachineKey{sqlite3_last_insert_rowid(database_->handle())};
}

void Ledger::take_slot(MachineKey machine, const config::Slot& wanted)
{
    const auto* found = slot_places_.find(place(machine, wanted.number));
    if (!found) return add_slot(machine, wanted);

    const SlotKey key = *found;
    auto& before = statements_->file_values;
    before.start(static_cast<std::int64_t>(key));
    before.step();
    // A slot that was taken out of the settings and comes back counts as first seen.
    const bool first = !slots_.at(key).in_settings;
    const bool new_item = first || before.text(0) != wanted.item;
    const bool new_price = first || before.integer(1) != wanted.price;
    const bool new_count = first || before.optional_integer(2) != wanted.count;
    const bool new_capacity = first || before.optional_integer(3) != wanted.capacity;
    const bool new_enabled = first || before.flag(4) != wanted.enabled;
    const auto capacity = new_capacity ? wanted.capacity : before.optional_integer(5);
    before.reset();
    if (!new_item && !new_price && !new_count && !new_capacity && !new_enabled) return;

    auto& entry = slots_.edit(key);
    entry.in_settings = true;
    if (new_item) entry.slot.item = wanted.item;
    if (new_price) entry.slot.price = wanted.price;
    if (new_enabled) entry.slot.enabled = wanted.enabled;
    statements_->update_file_values.run(
        static_cast<std::int64_t>(key), wanted.item, wanted.price, wanted.count, wanted.capacity,
        wanted.enabled, capacity);
    store(key);
    // A count is what can be sold; what open drops hold comes on top.
    if (new_count) {
        auto stock = wanted.count;
        if (stock) *stock += entry.slot.held;
        change_stock(key, entry.slot, stock, from_settings);
    }
}

void Ledger::add_slot(MachineKey machine, const config::Slot& wanted)
{
    statements_->insert_slot.run(
        static_cast<std::int64_t>(machine), wanted.number, wanted.item, wanted.price,
        wanted.capacity, wanted.enabled, wanted.count);
    const SlotKey key{sqlite3_last_insert_rowid(database_->handle())};
    slot_places_.insert(place(machine, wanted.number), key);
    slots_.insert(
        key, {.machine = machine,
              .in_settings = true,
              .slot = {
                  .number = wanted.number,
                  .item = wanted.item,
                  .price = wanted.price,
                  .stock = {},
                  .enabled = wanted.enabled,
              }});
    if (wanted.count) change_stock(key, slots_.edit(key).slot, wanted.count, from_settings);
}

void Ledger::change_stock(
    SlotKey key, machines::Slot& slot, std::optional<std::int64_t> stock, Cause cause)
{
    const auto difference = stock.value_or(0) - slot.stock.value_or(0);
    if (difference != 0) {
        statements_->insert_stock_change.run(
            now(), static_cast<std::int64_t>(key), difference, cause.actor, cause.reason);
    }
    slot.stock = stock;
}

void Ledger::store(SlotKey key)
{
    const auto& [machine, in_settings, slot] = slots_.at(key);
    write();
    statements_->update_slot.run(
        static_cast<std::int64_t>(key), in_settings, slot.item, slot.price, slot.enabled,
        static_cast<int>(slot.sensor));
}

}  // namespace ledger
