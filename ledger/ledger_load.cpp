// What Ledger keeps in memory, read from its file.
#include "ledger/damage.hpp"
#include "ledger/ledger.hpp"

#include <algorithm>
#include <unordered_map>

namespace ledger {
namespace {

// Ids of drops start from the clock, so that they rise even over a restored or a new ledger. 20
// bits leave room for a million drops a second.
constexpr int drop_id_clock_shift = 20;

}  // namespace

void Ledger::load()
{
    batch_ = database_->integer("SELECT batch FROM ledger");
    load_accounts();
    load_slots();
    load_open_drops();
    accounts_.commit();
    slots_.commit();
    slot_places_.commit();
    open_drops_.commit();
    changed_slots_.clear();
    for (const auto& [key, entry] : slots_) {
        changed_slots_.push_back({.machine = entry.machine, .slot = entry.slot});
    }

    const auto last = database_->integer("SELECT coalesce(max(id), 0) FROM drops");
    const auto from_clock = (now() / 1000) << drop_id_clock_shift;
    next_drop_ = std::max({next_drop_, last + 1, from_clock});
}

void Ledger::load_accounts()
{
    accounts_ = {};
    std::uint64_t sum = 0;  // Of a damaged file it may overflow.
    auto accounts = database_->prepare(
        "SELECT id, name, balance, admin, locked, closed_at IS NOT NULL, held, last_drop "
        "FROM accounts");
    for (accounts.start(); accounts.step();) {
        sum += static_cast<std::uint64_t>(accounts.integer(2));
        accounts_.insert(
            AccountId{accounts.integer(0)}, {
                                                .name = accounts.text(1),
                                                .balance = accounts.integer(2),
                                                .held = accounts.integer(6),
                                                .last_drop = DropId{accounts.integer(7)},
                                                .admin = accounts.flag(3),
                                                .locked = accounts.flag(4),
                                                .closed = accounts.flag(5),
                                            });
    }
    if (!accounts_.find(house)) throw damaged("the house has no account");
    accounts_.edit(house).balance = static_cast<Credits>(0 - sum);
}

void Ledger::load_slots()
{
    slots_ = {};
    slot_places_ = {};
    auto slots = database_->prepare(
        "SELECT id, machine, number, in_settings, item, price, stock, sold, enabled, sensor, held "
        "FROM slots");
    for (slots.start(); slots.step();) {
        const SlotKey key{slots.integer(0)};
        const MachineKey machine{slots.integer(1)};
        const auto number = static_cast<SlotNumber>(slots.integer(2));
        slot_places_.insert(place(machine, number), key);
        slots_.insert(
            key, {.machine = machine,
                  .in_settings = slots.flag(3),
                  .slot = {
                      .number = number,
                      .item = slots.text(4),
                      .price = slots.integer(5),
                      .stock = slots.optional_integer(6),
                      .held = slots.integer(10),
                      .sold = slots.integer(7),
                      .enabled = slots.flag(8),
                      .sensor = static_cast<Sensor>(slots.integer(9)),
                  }});
    }
}

void Ledger::load_open_drops()
{
    open_drops_ = {};
    std::unordered_map<AccountId, Credits> held_credits;
    std::unordered_map<SlotKey, std::int64_t> held_items;
    auto drops = database_->prepare(
        "SELECT id, account, slot, price, state, correction, protocol, never_known FROM drops "
        "WHERE settled_at IS NULL");
    for (drops.start(); drops.step();) {
        const DropId id{drops.integer(0)};
        const AccountId holder{drops.integer(1)};
        const SlotKey slot{drops.integer(2)};
        const auto state = machines::parse_drop_state(drops.text(4));
        if (!state || is_settled(*state) || !accounts_.find(holder) || !slots_.find(slot)) {
            throw damaged("an open drop makes no sense");
        }
        const OpenDrop drop{
            .account = holder,
            .slot = slot,
            .price = drops.integer(3),
            .state = *state,
            .correction = drops.flag(5),
            .protocol = static_cast<BoardProtocol>(drops.integer(6)),
            .never_known = drops.flag(7),
        };
        held_credits[holder] += drop.price;
        ++held_items[slot];
        if (drop.state == DropState::reserved) accounts_.edit(holder).under_way = id;
        open_drops_.insert(id, drop);
    }
    const auto in = [](const auto& sums, const auto& key) {
        const auto sum = sums.find(key);
        return sum == sums.end() ? 0 : sum->second;
    };
    const bool credits_held = std::ranges::all_of(accounts_, [&](const auto& account) {
        return account.second.held == in(held_credits, account.first);
    });
    const bool items_held = std::ranges::all_of(slots_, [&](const auto& entry) {
        return entry.second.slot.held == in(held_items, entry.first);
    });
    if (!credits_held || !items_held) throw damaged("what is held is not what open drops need");
}

}  // namespace ledger
