// The verbs that concern who is there, and what is theirs.
#include "daemon/log.hpp"
#include "daemon/sunday_verbs.hpp"
#include "protocol/sunday_history.hpp"
#include "protocol/sunday_reply.hpp"

#include <chrono>
#include <utility>

namespace drinkd {
namespace {

std::chrono::sys_seconds at(std::int64_t ms)
{
    return std::chrono::sys_seconds{
        std::chrono::floor<std::chrono::seconds>(std::chrono::milliseconds{ms})};
}

protocol::HistoryEntry entry_of(const ledger::DropRow& row)
{
    protocol::DropEntry drop{
        .drop = DropId{row.drop},
        .machine = row.machine,
        .slot = static_cast<protocol::SlotNumber>(row.slot),
        .item = row.item,
        .price = row.price,
        .state = row.state};
    return {at(row.opened_at_ms), std::move(drop)};
}

protocol::HistoryEntry entry_of(const ledger::TransferRow& row)
{
    return {at(row.at_ms), protocol::TransferEntry{.credits = row.credits, .reason = row.reason}};
}

}  // namespace

std::string SundayVerbs::user(const Command& command)
{
    // The usage names PASS in both verbs, and has no dash: clients know it so.
    if (!command.argument_count_legal()) return wrong_count(" USAGE: PASS <username>");
    pending_user_ = command.arguments[0];
    // Given for unknown names too.
    return protocol::format_password_required(dialect_);
}

Task<std::string> SundayVerbs::pass(Command command)
{
    if (pending_user_.empty()) co_return refuse(Refusal::user_first);
    if (!command.argument_count_legal()) co_return wrong_count(" USAGE: PASS <username>");
    const auto result = co_await house_.authenticator.log_in(
        std::exchange(pending_user_, {}), std::string{command.arguments[0]}, place_.address(),
        pass_delay_);
    co_return logged_in_reply(result);
}

Task<std::string> SundayVerbs::ibutton(Command command)
{
    if (!command.argument_count_legal()) {
        co_return wrong_count(" - USAGE: IBUTTON <ibutton number>");
    }
    const auto result = co_await house_.authenticator.log_in_by_ibutton(
        std::string{command.arguments[0]}, place_.address(), pass_delay_);
    co_return logged_in_reply(result);
}

std::string SundayVerbs::logged_in_reply(const Authenticator::Result& result)
{
    if (!result) {
        const auto& [refusal, looked_at, retry_after] = result.error();
        // Only what cost a comparison is worth a line: others could be sent without end.
        const auto log_it = looked_at ? log::info : log::debug;
        log_it(
            looked_at ? "login refused" : "login turned away",
            {{"session", session_},
             {"address", describe(place_.remote())},
             {"reason", looked_at                 ? protocol::describe(refusal)
                        : retry_after.count() > 0 ? "too many wrong ones before"
                                                  : "too many wait, or the connection ends"}});
        if (retry_after.count() == 0) return refuse(refusal);
        return refuse(
            refusal, " Too many wrong ones, try again in " + std::to_string(retry_after.count()) +
                         " seconds.");
    }
    member_ = LoggedIn{.account = result->account, .name = result->name};
    log::info("login", {{"session", session_}, {"member", result->name}});
    return protocol::format_credits(dialect_, result->balance);
}

std::string SundayVerbs::whoami() const
{
    if (!member_) return refuse(Refusal::not_logged_in);
    return protocol::format_user(dialect_, member_->name);
}

Task<std::string> SundayVerbs::getbalance(Command command)
{
    if (!member_) co_return refuse(Refusal::not_logged_in);
    if (!command.argument_count_legal()) co_return wrong_count(" - USAGE: GETBALANCE [username]");
    const auto find = [&](ledger::Ledger& ledger) -> std::expected<Credits, Refusal> {
        const bool of_another = command.argument_count == 1;
        const auto who = of_another ? asking_admin(ledger) : asker(ledger);
        if (!who) return std::unexpected{who.error()};
        if (!of_another) return who->balance;
        const auto other = ledger.find_member(command.arguments[0]);
        if (!other) return std::unexpected{Refusal::unknown_user};
        return other->balance;
    };
    const auto balance = co_await house_.ledger.run(find);
    if (!balance) co_return refuse(balance.error());
    co_return protocol::format_credits(dialect_, *balance);
}

Task<std::string> SundayVerbs::history(Command command)
{
    if (!member_) co_return refuse(Refusal::not_logged_in);
    if (!command.argument_count_legal()) co_return wrong_count(" - USAGE: HISTORY [count]");
    auto count = protocol::history_entries;
    if (command.argument_count == 1) {
        count = protocol::parse_number<int>(command.arguments[0]).value_or(0);
    }
    if (count < 1 || count > protocol::history_entries_max) {
        co_return refuse(Refusal::invalid_quantity);
    }
    using Rows = std::vector<ledger::HistoryRow>;
    const auto read = [&](ledger::Ledger& ledger) -> std::expected<Rows, Refusal> {
        const auto member = asker(ledger);
        if (!member) return std::unexpected{member.error()};
        return ledger.history(member->account, count);
    };
    const auto rows = co_await house_.ledger.run(read, LedgerService::Size::large);
    if (!rows) co_return refuse(rows.error());
    std::vector<protocol::HistoryEntry> entries;
    for (const auto& row : *rows) {
        entries.push_back(std::visit([](const auto& what) { return entry_of(what); }, row));
    }
    co_return protocol::format_history(dialect_, entries);
}

Task<std::string> SundayVerbs::sendcredits(Command command)
{
    if (!command.argument_count_legal()) {
        co_return wrong_count(" - USAGE: SENDCREDITS <(int) num credits> <username>");
    }
    if (!member_) co_return refuse(Refusal::not_logged_in);
    const auto credits = protocol::parse_number<Credits>(command.arguments[0]).value_or(0);
    const auto send = [&](ledger::Ledger& ledger) {
        return ledger.send_credits(member_->account, command.arguments[1], credits, actor());
    };
    const auto sent = co_await house_.ledger.run(send);
    if (!sent) {
        const bool to_oneself = sent.error() == Refusal::own_account;
        co_return refuse(sent.error(), to_oneself ? " - You cannot send credits to yourself" : "");
    }
    log::info(
        "credits sent", {{"session", session_},
                         {"member", member_->name},
                         {"to", sent->receiver},
                         {"credits", credits}});
    co_return protocol::format_sent(dialect_, sent->balance);
}

std::expected<ledger::Member, Refusal> SundayVerbs::asker(ledger::Ledger& ledger) const
{
    auto member = ledger.member(member_->account);
    if (!member) return std::unexpected{Refusal::not_logged_in};
    return *std::move(member);
}

std::expected<ledger::Member, Refusal> SundayVerbs::asking_admin(ledger::Ledger& ledger) const
{
    auto member = asker(ledger);
    if (member && !member->admin) return std::unexpected{Refusal::access_denied};
    return member;
}

}  // namespace drinkd
