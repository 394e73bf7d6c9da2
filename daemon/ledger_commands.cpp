#include "daemon/ledger_commands.hpp"

#include "daemon/password.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <iterator>
#include <type_traits>
#include <utility>

namespace drinkd {
namespace {

using nlohmann::json;
using protocol::Refusal;

// A request that is not what a tool of this version sends.
class BadRequest : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

// Stricter than get(), which cuts off fractions and makes too large numbers negative.
template <class Value>
bool holds(const json& value)
{
    if (std::is_same_v<Value, bool>) return value.is_boolean();
    if (std::is_same_v<Value, std::string>) return value.is_string();
    if (value.is_number_unsigned()) return std::in_range<std::int64_t>(value.get<std::uint64_t>());
    return value.is_number_integer();
}

template <class Value>
Value member(const json& request, const char* name)
{
    const auto found = request.find(name);
    if (found == request.end()) throw BadRequest{std::string{"'"} + name + "' is missing"};
    if (!holds<Value>(*found)) throw BadRequest{std::string{"'"} + name + "' has a wrong type"};
    return found->get<Value>();
}

template <class Value>
std::optional<Value> optional_member(const json& request, const char* name)
{
    if (!request.contains(name)) return std::nullopt;
    return member<Value>(request, name);
}

json refused(std::string_view why) { return {{"ok", false}, {"error", why}}; }

json refused(Refusal refusal) { return refused(protocol::describe(refusal)); }

std::optional<std::string> password_hash(const json& request)
{
    auto hash = optional_member<std::string>(request, "password_hash");
    if (hash && !is_password_hash(*hash)) throw BadRequest{"'password_hash' is not argon2id"};
    return hash;
}

std::optional<std::string> ibutton(const json& request)
{
    auto text = optional_member<std::string>(request, "ibutton");
    if (!text || text->empty()) return text;
    const auto id = protocol::normal_ibutton(*text);
    if (!id) throw BadRequest{"an iButton id has 16 hexadecimal digits"};
    return id;
}

json add_user(ledger::Ledger& ledger, const json& request, ledger::Cause cause)
{
    const ledger::NewAccount account{
        .name = member<std::string>(request, "name"),
        .admin = optional_member<bool>(request, "admin").value_or(false),
        .credits = optional_member<protocol::Credits>(request, "credits").value_or(0),
        .ibutton = ibutton(request),
        .password_hash = password_hash(request),
    };
    if (!protocol::valid_account_name(account.name)) {
        return refused("a name has 1 to 32 letters, digits, dots, dashes and underscores");
    }
    const auto opened = ledger.open_account(account, cause);
    if (!opened) return refused(opened.error());
    return {{"ok", true}, {"name", opened->name}, {"balance", opened->balance}};
}

json set_user(ledger::Ledger& ledger, const json& request, ledger::Cause)
{
    const ledger::AccountChange change{
        .admin = optional_member<bool>(request, "admin"),
        .locked = optional_member<bool>(request, "locked"),
        .ibutton = ibutton(request),
        .password_hash = password_hash(request),
    };
    const auto changed = ledger.change_account(member<std::string>(request, "name"), change);
    if (!changed) return refused(changed.error());
    return {{"ok", true}};
}

json remove_user(ledger::Ledger& ledger, const json& request, ledger::Cause cause)
{
    const auto closed = ledger.close_account(member<std::string>(request, "name"), cause);
    if (!closed) return refused(closed.error());
    return {{"ok", true}};
}

json add_credits(ledger::Ledger& ledger, const json& request, ledger::Cause cause)
{
    const auto balance = ledger.add_credits(
        member<std::string>(request, "name"), member<protocol::Credits>(request, "credits"), cause);
    if (!balance) return refused(balance.error());
    return {{"ok", true}, {"balance", *balance}};
}

json settle(ledger::Ledger& ledger, const json& request, ledger::Cause cause)
{
    const auto decision = member<std::string>(request, "decision");
    if (decision != "charge" && decision != "refund") {
        throw BadRequest{"'decision' is charge or refund"};
    }
    const auto event =
        decision == "charge" ? machines::DropEvent::charged : machines::DropEvent::refunded;
    const protocol::DropId drop{member<std::int64_t>(request, "drop")};
    const auto settled = ledger.settle(drop, event, cause);
    if (!settled) return refused("there is no drop with that id");
    if (!settled->changed) {
        return refused(
            settled->state == machines::DropState::reserved
                ? "the drop is still under way: only a drop in doubt can be settled"
                : "the drop was settled before, as " +
                      std::string{machines::name_of(settled->state)});
    }
    return {{"ok", true}, {"state", machines::name_of(settled->state)}};
}

struct Row {
    std::string_view name;
    json (*carry_out)(ledger::Ledger&, const json&, ledger::Cause);
};

constexpr Row commands[] = {
    {"user add", add_user},       {"user set", set_user}, {"user remove", remove_user},
    {"credits add", add_credits}, {"settle", settle},
};

}  // namespace

json carry_out(ledger::Ledger& ledger, const json& request)
{
    try {
        const auto id = member<std::string>(request, "id");
        const auto actor = member<std::string>(request, "actor");
        const auto reason = optional_member<std::string>(request, "reason").value_or("");
        const auto name = member<std::string>(request, "command");
        const auto command = std::ranges::find(commands, name, &Row::name);
        if (command == std::end(commands)) throw BadRequest{"there is no command '" + name + "'"};

        if (const auto before = ledger.reply_of(id)) return json::parse(*before);
        const ledger::Cause cause{
            .actor = actor, .reason = reason.empty() ? std::string_view{name} : reason};
        auto reply = command->carry_out(ledger, request, cause);
        if (reply["ok"]) ledger.keep_reply(id, reply.dump());
        return reply;
    } catch (const BadRequest& error) {
        return refused(error.what());
    } catch (const json::exception& error) {
        return refused(error.what());
    }
}

}  // namespace drinkd
