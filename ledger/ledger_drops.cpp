// The operations of Ledger that concern drops: reserving and settling.
#include "ledger/ledger.hpp"
#include "ledger/statements.hpp"

#include <algorithm>

namespace ledger {
namespace {

// What is kept for one drop in doubt, at most: a board that says the same again and again would
// fill the ledger.
constexpr std::int64_t evidence_max = 16;

constexpr std::string_view slot_emptied = "the slot's sensor went from full to empty";

}  // namespace

std::expected<Reservation, Refusal> Ledger::reserve(
    AccountId account_id, MachineKey machine, SlotNumber number, BoardProtocol protocol)
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
        .protocol = protocol,
    };
    auto& slot = slots_.edit(drop.slot).slot;
    if (drop.correction) {
        slot.stock = *slot.stock + 1;
    }
    statements_->insert_drop.run(
        protocol::number(id), protocol::number(account_id), static_cast<std::int64_t>(drop.slot),
        stored(account->last_drop), slot.item, drop.price, static_cast<std::int64_t>(protocol),
        now(), drop.correction);
    ++slot.held;
    auto& holder = accounts_.edit(account_id);
    holder.held += drop.price;
    holder.under_way = id;
    holder.last_drop = id;
    open_drops_.insert(id, drop);
    return Reservation{.drop = id, .item = slot.item, .price = drop.price, .protocol = protocol};
}

void Ledger::set_protocol(DropId id, BoardProtocol protocol)
{
    if (!open_drops_.find(id)) return;
    write();
    statements_->set_protocol.run(protocol::number(id), static_cast<std::int64_t>(protocol));
    open_drops_.edit(id).protocol = protocol;
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
    const bool new_doubt = next == DropState::in_doubt;
    return Settled{
        .state = state,
        .changed = next.has_value(),
        .balance = accounts_.at(account).spendable(),
        .doubts = new_doubt ? doubts().size() : 0,
    };
}

std::optional<Settled> Ledger::settle_by_policy(DropId id, DropEvent event, Cause cause)
{
    const auto* drop = open_drops_.find(id);
    if (!drop || drop->protocol == BoardProtocol::tini) return settle(id, event, cause);
    return Settled{
        .state = drop->state,
        .changed = false,
        .balance = accounts_.at(drop->account).spendable(),
    };
}

void Ledger::note_never_known(DropId id)
{
    if (!open_drops_.find(id)) return;
    write();
    statements_->note_never_known.run(protocol::number(id));
    open_drops_.edit(id).never_known = true;
    add_evidence(id, now(), "the board does not know whether it dropped");
}

void Ledger::add_evidence(MachineKey machine, std::string_view what)
{
    for (const auto& [id, drop] : open_drops_) {
        const bool here = slots_.at(drop.slot).machine == machine;
        if (here && drop.state == DropState::in_doubt) add_evidence(id, now(), what);
    }
}

void Ledger::add_evidence(DropId drop, std::int64_t at, std::string_view what)
{
    write();
    statements_->insert_evidence.run(protocol::number(drop), at, what, evidence_max);
}

// The last can of the slot fell, perhaps by a drop that is open.
void Ledger::note_emptied(SlotKey slot)
{
    for (const auto& [id, drop] : open_drops_) {
        if (drop.slot != slot) continue;
        const auto at = now();
        open_drops_.edit(id).emptied_at = at;
        if (drop.state == DropState::in_doubt) add_evidence(id, at, slot_emptied);
    }
}

void Ledger::mark_in_doubt(DropId id, std::string_view reason)
{
    write();
    statements_->doubt_drop.run(protocol::number(id), now(), reason);
    auto& drop = open_drops_.edit(id);
    drop.state = DropState::in_doubt;
    accounts_.edit(drop.account).under_way = DropId{};
    if (drop.emptied_at) add_evidence(id, *drop.emptied_at, slot_emptied);
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
        protocol::number(id), machines::name_of(state), now(), cause.actor, cause.reason,
        drop.correction && !correction_back, taken);
    if (sqlite3_changes(database_->handle()) != 1) {
        throw sqlite::Error{SQLITE_CONSTRAINT, "a drop settles once"};
    }
    --slot.held;
    if (taken || correction_back) slot.stock = *slot.stock - 1;
    if (settlement.charged) ++slot.sold;

    auto& account = accounts_.edit(drop.account);
    account.held -= drop.price;
    if (account.under_way == id) account.under_way = DropId{};
    open_drops_.erase(id);
    // The row of the drop is the transfer.
    if (settlement.charged) move_credits(drop.account, house, drop.price);
    // What a closed account gets back goes where the rest of its balance went. That pays no drop.
    if (account.closed && account.spendable() > 0) {
        transfer(
            drop.account, house, account.spendable(),
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

std::size_t Ledger::count_doubts(MachineKey machine) const
{
    return static_cast<std::size_t>(std::ranges::count_if(open_drops_, [&](const auto& entry) {
        const auto& drop = entry.second;
        return drop.state == DropState::in_doubt && slots_.at(drop.slot).machine == machine;
    }));
}

std::vector<DropId> Ledger::doubts_to_ask_about(MachineKey machine) const
{
    std::vector<DropId> result;
    for (const auto& [id, drop] : open_drops_) {
        const bool here = slots_.at(drop.slot).machine == machine;
        const bool may_be_known = drop.protocol == BoardProtocol::tini2 && !drop.never_known;
        if (here && may_be_known && drop.state == DropState::in_doubt) result.push_back(id);
    }
    std::ranges::sort(result);
    return result;
}

}  // namespace ledger
