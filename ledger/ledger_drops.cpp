// The operations of Ledger that concern drops: reserving and settling.
#include "ledger/ledger.hpp"
#include "ledger/statements.hpp"

#include <algorithm>

namespace ledger {

std::expected<Reservation, Refusal> Ledger::reserve(
    AccountId account_id, MachineKey machine, SlotNumber number)
{
    const auto* account = accounts_.find(account_id);
    if (!account || !account->usable()) return std::unexpected{Refusal::not_logged_in};
    if (account->under_way != DropId{}) return std::unexpected{Refusal::busy};

    const auto* key = slot_places_.find(place(machine, number));
    const auto* entry = key ? slots_.find(*key) : nullptr;
    if (!entry || !entry->in_settings) return std::unexpected{Refusal::no_such_slot};
    if (const auto why = entry->slot.why_not_sellable()) return std::unexpected{*why};
    if (account->spendable() < entry->slot.price) return std::unexpected{Refusal::poor};

    write();
    const DropId id{next_drop_++};
    const OpenDrop drop{
        .account = account_id,
        .slot = *key,
        .price = entry->slot.price,
        .state = DropState::reserved,
        .correction = entry->slot.sold_by_sensor(),
    };
    auto& slot = slots_.edit(drop.slot).slot;
    if (drop.correction) {
        slot.stock = *slot.stock + 1;
        statements_->update_stock.run(static_cast<std::int64_t>(drop.slot), slot.stock, slot.sold);
    }
    statements_->insert_drop.run(
        protocol::number(id), protocol::number(account_id), static_cast<std::int64_t>(drop.slot),
        slot.item, drop.price, now(), drop.correction);
    ++slot.held;
    auto& holder = accounts_.edit(account_id);
    holder.held += drop.price;
    holder.under_way = id;
    open_drops_.insert(id, drop);
    return Reservation{.drop = id, .item = slot.item, .price = drop.price};
}

std::optional<Settled> Ledger::settle(DropId id, DropEvent event, Cause cause)
{
    const auto* drop = open_drops_.find(id);
    if (!drop) {
        auto& find = statements_->settled_drop;
        find.start(protocol::number(id));
        if (!find.step()) return std::nullopt;
        const auto state = machines::parse_drop_state(find.text(0)).value();
        const auto balance = accounts_.at(AccountId{find.integer(1)}).spendable();
        find.reset();
        return Settled{.state = state, .changed = false, .balance = balance};
    }
    const AccountId account = drop->account;
    auto state = drop->state;
    const auto next = machines::next_state(state, event);
    if (next) {
        state = *next;
        if (machines::is_settled(state)) {
            close_drop(id, state, cause);
        } else {
            mark_in_doubt(id, cause.reason);
        }
    }
    return Settled{
        .state = state,
        .changed = next.has_value(),
        .balance = accounts_.at(account).spendable(),
    };
}

void Ledger::mark_in_doubt(DropId id, std::string_view reason)
{
    write();
    statements_->doubt_drop.run(protocol::number(id), now(), reason);
    auto& drop = open_drops_.edit(id);
    drop.state = DropState::in_doubt;
    accounts_.edit(drop.account).under_way = DropId{};
}

void Ledger::close_drop(DropId id, DropState state, Cause cause)
{
    const OpenDrop drop = open_drops_.at(id);
    const auto settlement = machines::settlement_of(state);
    auto& slot = slots_.edit(drop.slot).slot;
    // A correction is taken back when the item was not sold. A slot that is not counted any more
    // has no stock to change.
    const bool counted = slot.stock.has_value();
    const bool taken = settlement.item_left && counted;
    const bool correction_back = !settlement.item_left && drop.correction && counted;

    write();
    statements_->settle_drop.run(
        protocol::number(id), machines::name_of(state), now(), cause.actor,
        drop.correction && !correction_back, taken);
    --slot.held;
    if (taken || correction_back) slot.stock = *slot.stock - 1;
    if (settlement.charged) ++slot.sold;
    if (taken || correction_back || settlement.charged) {
        statements_->update_stock.run(static_cast<std::int64_t>(drop.slot), slot.stock, slot.sold);
    }

    auto& account = accounts_.edit(drop.account);
    account.held -= drop.price;
    if (account.under_way == id) account.under_way = DropId{};
    open_drops_.erase(id);
    if (settlement.charged && drop.price > 0) {
        transfer(drop.account, house, drop.price, id, cause);
    }
    // What a closed account gets back goes where the rest of its balance went.
    if (account.closed && account.spendable() > 0) {
        transfer(
            drop.account, house, account.spendable(), id,
            {.actor = cause.actor, .reason = "account closed"});
    }
}

std::vector<DropId> Ledger::doubts() const
{
    std::vector<DropId> result;
    for (const auto& [id, drop] : open_drops_) {
        if (drop.state == DropState::in_doubt) result.push_back(id);
    }
    std::ranges::sort(result);
    return result;
}

}  // namespace ledger
