// The verbs of admins. Whether somebody is one is looked up in the transaction that needs it, and
// before anything else of the command is looked at.
#include "daemon/log.hpp"
#include "daemon/sunday_verbs.hpp"
#include "protocol/sunday_reply.hpp"

namespace drinkd {

Task<std::string> SundayVerbs::addcredits(Command command)
{
    if (!member_) co_return refuse(Refusal::not_logged_in);
    const auto credits = protocol::parse_number<Credits>(command.arguments[1]);
    std::string name;
    const auto add = [&](ledger::Ledger& ledger) -> std::expected<Credits, Refusal> {
        const auto admin = asking_admin(ledger);
        if (!admin) return std::unexpected{admin.error()};
        if (!command.argument_count_legal()) {
            return std::unexpected{Refusal::wrong_argument_count};
        }
        if (!credits) return std::unexpected{Refusal::invalid_credits};
        if (const auto found = ledger.find_member(command.arguments[0])) name = found->name;
        const auto what = *credits > 0 ? "added by " : "taken by ";
        return ledger.add_credits(
            command.arguments[0], *credits, {.actor = actor(), .reason = what + admin->name});
    };
    const auto balance = co_await house_.ledger.run(add);
    if (!balance) {
        co_return refuse_with_usage(balance.error(), " - USAGE: ADDCREDITS <username> <credits>");
    }
    log::info(
        "credits added",
        {{"session", session_}, {"admin", member_->name}, {"member", name}, {"credits", *credits}});
    co_return protocol::format_ok(dialect_, "Added credits.");
}

Task<std::string> SundayVerbs::isvaliduser(Command command)
{
    if (!member_) co_return refuse(Refusal::not_logged_in);
    const auto look = [&](ledger::Ledger& ledger) -> std::expected<bool, Refusal> {
        const auto admin = asking_admin(ledger);
        if (!admin) return std::unexpected{admin.error()};
        if (!command.argument_count_legal()) {
            return std::unexpected{Refusal::wrong_argument_count};
        }
        return ledger.find_member(command.arguments[0]).has_value();
    };
    const auto known = co_await house_.ledger.run(look);
    if (!known) co_return refuse_with_usage(known.error(), " - USAGE: ISVALIDUSER <username>");
    co_return protocol::format_known(dialect_, command.arguments[0], *known);
}

Task<std::string> SundayVerbs::queryadmin(Command command)
{
    if (!command.argument_count_legal()) co_return wrong_count(" - USAGE: QUERYADMIN [username]");
    if (!member_) co_return refuse(Refusal::not_logged_in);
    const auto look = [&](ledger::Ledger& ledger) -> std::expected<ledger::Member, Refusal> {
        if (command.argument_count == 0) return asker(ledger);
        const auto admin = asking_admin(ledger);
        if (!admin) return std::unexpected{admin.error()};
        auto other = ledger.find_member(command.arguments[0]);
        if (!other) return std::unexpected{Refusal::unknown_user};
        return *std::move(other);
    };
    const auto about = co_await house_.ledger.run(look);
    if (!about) co_return refuse(about.error());
    co_return protocol::format_admin(dialect_, about->name, about->admin);
}

Task<std::string> SundayVerbs::log_message(Command command)
{
    if (!member_) co_return refuse(Refusal::not_logged_in);
    const auto look = [&](ledger::Ledger& ledger) { return asking_admin(ledger); };
    const auto admin = co_await house_.ledger.run(look);
    if (!admin) co_return refuse(admin.error());
    log::info(
        "message",
        {{"session", session_}, {"admin", admin->name}, {"text", protocol::trimmed(command.text)}});
    co_return protocol::format_ok(dialect_, "Message added to log file.");
}

}  // namespace drinkd
