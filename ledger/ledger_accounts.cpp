// The operations of Ledger that concern accounts and transfers.
#include "ledger/ledger.hpp"
#include "ledger/statements.hpp"

#include <limits>

namespace ledger {

using protocol::credits_max;

std::optional<AccountId> Ledger::find_account(std::string_view name)
{
    auto& find = statements_->find_account;
    find.start(name);
    if (!find.step()) return std::nullopt;
    const AccountId id{find.integer(0)};
    find.reset();
    return id;
}

std::optional<Credentials> Ledger::find_credentials(std::string_view name)
{
    auto& find = statements_->find_credentials;
    find.start(name);
    if (!find.step()) return std::nullopt;
    Credentials credentials{.account = AccountId{find.integer(0)}, .password_hash = find.text(1)};
    find.reset();
    return credentials;
}

std::optional<AccountId> Ledger::find_ibutton(std::string_view normal_ibutton)
{
    auto& find = statements_->find_ibutton;
    find.start(normal_ibutton);
    if (!find.step()) return std::nullopt;
    const AccountId id{find.integer(0)};
    find.reset();
    return id;
}

std::optional<Member> Ledger::member(AccountId id)
{
    const auto* account = accounts_.find(id);
    if (!account || !account->usable()) return std::nullopt;
    return member_of(id, *account);
}

std::optional<Member> Ledger::find_member(std::string_view name)
{
    const auto id = find_account(name);
    if (!id) return std::nullopt;
    return member_of(*id, accounts_.at(*id));
}

std::vector<HistoryRow> Ledger::history(AccountId account, int limit)
{
    if (database_->in_transaction()) write_figures();
    return statements_->history.events(protocol::number(account), limit);
}

std::expected<Member, Refusal> Ledger::open_account(const NewAccount& wanted, Cause cause)
{
    if (!protocol::valid_account_name(wanted.name)) return std::unexpected{Refusal::unknown_user};
    if (find_account(wanted.name)) return std::unexpected{Refusal::user_exists};
    if (wanted.credits < 0 || wanted.credits > credits_max) {
        return std::unexpected{Refusal::invalid_credits};
    }
    if (accounts_.at(house).balance < -credits_max + wanted.credits) {
        return std::unexpected{Refusal::invalid_credits};
    }
    if (wanted.ibutton && ibutton_taken(*wanted.ibutton, std::nullopt)) {
        return std::unexpected{Refusal::ibutton_taken};
    }
    write();
    statements_->insert_account.run(
        wanted.name, wanted.admin, wanted.password_hash, wanted.ibutton, now());
    const AccountId id{sqlite3_last_insert_rowid(database_->handle())};
    accounts_.insert(id, {.name = wanted.name, .admin = wanted.admin});
    if (wanted.credits > 0) transfer(house, id, wanted.credits, cause);
    return member_of(id, accounts_.at(id));
}

std::expected<void, Refusal> Ledger::change_account(
    std::string_view name, const AccountChange& change)
{
    const auto id = find_account(name);
    if (!id) return std::unexpected{Refusal::unknown_user};
    if (change.ibutton && !change.ibutton->empty() && ibutton_taken(*change.ibutton, id)) {
        return std::unexpected{Refusal::ibutton_taken};
    }
    write();
    if (change.admin || change.locked) {
        auto& account = accounts_.edit(*id);
        account.admin = change.admin.value_or(account.admin);
        account.locked = change.locked.value_or(account.locked);
        statements_->update_flags.run(protocol::number(*id), account.admin, account.locked);
    }
    if (change.ibutton) {
        const auto stored = change.ibutton->empty() ? std::nullopt : change.ibutton;
        statements_->update_ibutton.run(protocol::number(*id), stored);
    }
    if (change.password_hash) {
        statements_->update_password.run(protocol::number(*id), *change.password_hash);
    }
    return {};
}

std::expected<void, Refusal> Ledger::close_account(std::string_view name, Cause cause)
{
    const auto id = find_account(name);
    if (!id) return std::unexpected{Refusal::unknown_user};
    write();
    const auto rest = accounts_.at(*id).spendable();
    if (rest > 0) transfer(*id, house, rest, cause);
    statements_->close_account.run(protocol::number(*id), now());
    accounts_.edit(*id).closed = true;
    return {};
}

std::expected<Credits, Refusal> Ledger::add_credits(
    std::string_view name, Credits credits, Cause cause)
{
    if (credits == 0 || credits < -credits_max || credits > credits_max) {
        return std::unexpected{Refusal::invalid_credits};
    }
    const auto id = find_account(name);
    if (!id) return std::unexpected{Refusal::unknown_user};
    const auto& account = accounts_.at(*id);
    if (credits < 0 && account.spendable() < -credits) return std::unexpected{Refusal::poor};
    // The house has minus what all members have, so it is the first to reach the bound.
    if (accounts_.at(house).balance < -credits_max + credits) {
        return std::unexpected{Refusal::invalid_credits};
    }
    write();
    if (credits > 0) {
        transfer(house, *id, credits, cause);
    } else {
        transfer(*id, house, -credits, cause);
    }
    return accounts_.at(*id).spendable();
}

std::expected<Sent, Refusal> Ledger::send_credits(
    AccountId from, std::string_view to, Credits credits, std::string_view actor)
{
    const auto sender = member(from);
    if (!sender) return std::unexpected{Refusal::not_logged_in};
    if (credits <= 0) return std::unexpected{Refusal::invalid_amount};
    const auto receiver = find_member(to);
    if (!receiver) return std::unexpected{Refusal::unknown_receiver};
    if (receiver->account == from) return std::unexpected{Refusal::own_account};
    if (sender->balance < credits) return std::unexpected{Refusal::poor};
    write();
    const auto reason = sender->name + " to " + receiver->name;
    transfer(from, receiver->account, credits, {.actor = actor, .reason = reason});
    return Sent{.receiver = receiver->name, .balance = accounts_.at(from).spendable()};
}

Member Ledger::member_of(AccountId id, const Account& account) const
{
    return {
        .account = id,
        .name = account.name,
        .balance = account.spendable(),
        .admin = account.admin,
    };
}

void Ledger::transfer(AccountId debit, AccountId credit, Credits amount, Cause cause)
{
    statements_->insert_transfer.run(
        now(), protocol::number(debit), protocol::number(credit), amount, cause.actor,
        cause.reason);
    move_credits(debit, credit, amount);
}

void Ledger::move_credits(AccountId debit, AccountId credit, Credits amount)
{
    accounts_.edit(debit).balance -= amount;
    accounts_.edit(credit).balance += amount;
}

bool Ledger::ibutton_taken(const std::string& ibutton, std::optional<AccountId> except)
{
    const auto owner = find_ibutton(ibutton);
    return owner && owner != except;
}

}  // namespace ledger
