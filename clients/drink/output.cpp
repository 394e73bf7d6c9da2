#include "clients/drink/output.hpp"

#include "clients/common/terminal.hpp"
#include "protocol/overloaded.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <ctime>

namespace drink {
namespace {

using clients::Colour;

// Members of an object stay in the order in which they are written here.
using Json = nlohmann::ordered_json;

struct State {
    std::string_view text;
    Colour colour;
};

State state_of(const protocol::ReceivedStatRow& slot)
{
    if (!slot.enabled) return {"disabled", Colour::dim};
    if (slot.left <= 0) return {"empty", Colour::bad};
    return {"", Colour::plain};
}

State state_of(std::optional<bool> online)
{
    if (!online) return {"", Colour::plain};
    return *online ? State{"online", Colour::good} : State{"offline", Colour::bad};
}

std::string show(State state, bool colour)
{
    return clients::coloured(state.text, colour ? state.colour : Colour::plain);
}

std::string format_table(const MachineListing& machine, bool colour)
{
    auto text = fmt::format(
        "{} ({})", clients::without_controls(machine.name), clients::without_controls(machine.id));
    if (machine.online) text += "  " + show(state_of(machine.online), colour);
    text += '\n';
    if (machine.slots.empty()) return text + "  no slots\n";

    constexpr std::string_view item_title = "item";
    std::size_t item_columns = item_title.size();
    std::size_t price_columns = std::string_view{"price"}.size();
    std::size_t left_columns = std::string_view{"left"}.size();
    for (const auto& slot : machine.slots) {
        item_columns = std::max(item_columns, clients::columns(slot.item));
        price_columns = std::max(price_columns, std::to_string(slot.price).size());
        left_columns = std::max(left_columns, std::to_string(slot.left).size());
    }
    text += fmt::format(
        "  {:>4}  {:<{}}  {:>{}}  {:>{}}\n", "slot", item_title, item_columns, "price",
        price_columns, "left", left_columns);
    for (const auto& slot : machine.slots) {
        // Padded here: fmt would count bytes where an escape or a character of UTF-8 has several.
        auto item = clients::without_controls(slot.item);
        item.append(item_columns - std::min(item_columns, clients::columns(item)), ' ');
        text += fmt::format(
            "  {:>4}  {}  {:>{}}  {:>{}}", slot.slot, item, slot.price, price_columns, slot.left,
            left_columns);
        if (const auto state = state_of(slot); !state.text.empty()) {
            text += "  " + show(state, colour);
        }
        text += '\n';
    }
    return text;
}

Json json_of(const MachineListing& machine)
{
    Json slots = Json::array();
    for (const auto& slot : machine.slots) {
        slots.push_back(
            {{"slot", slot.slot},
             {"item", slot.item},
             {"price", slot.price},
             {"left", slot.left},
             {"enabled", slot.enabled}});
    }
    Json online;
    if (machine.online) online = *machine.online;
    return {
        {"id", machine.id},
        {"name", machine.name},
        {"online", online},
        {"slots", std::move(slots)}};
}

std::string local_time(std::chrono::sys_seconds time)
{
    const std::time_t seconds = time.time_since_epoch().count();
    std::tm local{};
    localtime_r(&seconds, &local);
    return fmt::format(
        "{:04}-{:02}-{:02} {:02}:{:02}", local.tm_year + 1900, local.tm_mon + 1, local.tm_mday,
        local.tm_hour, local.tm_min);
}

bool is_open(const protocol::DropEntry& drop)
{
    return drop.state == "reserved" || drop.state == "in_doubt";
}

std::string credits_of(const protocol::DropEntry& drop)
{
    if (drop.state == "dispensed") return std::to_string(-drop.price);
    return is_open(drop) ? fmt::format("{} held", drop.price) : "0";
}

std::string credits_of(const protocol::TransferEntry& transfer)
{
    return fmt::format("{:+}", transfer.credits);
}

// The words of a server, made safe by whoever shows them.
std::string words_of(const protocol::DropEntry& drop)
{
    auto words = fmt::format("{} from {} {}", drop.item, drop.machine, drop.slot);
    if (drop.state == "dispensed") return words;
    auto state = drop.state;
    std::ranges::replace(state, '_', ' ');
    words += fmt::format(", {}", state);
    // An admin needs the id to settle it.
    if (is_open(drop)) words += fmt::format(", drop {}", number(drop.drop));
    return words;
}

std::string words_of(const protocol::TransferEntry& transfer) { return transfer.reason; }

Json json_of(const protocol::HistoryEntry& entry)
{
    const auto at = protocol::format_time(entry.at);
    return std::visit(
        protocol::Overloaded{
            [&](const protocol::DropEntry& drop) -> Json {
                return {
                    {"what", "drop"},          {"at", at},           {"drop", number(drop.drop)},
                    {"machine", drop.machine}, {"slot", drop.slot},  {"item", drop.item},
                    {"price", drop.price},     {"state", drop.state}};
            },
            [&](const protocol::TransferEntry& transfer) -> Json {
                return {
                    {"what", "transfer"},
                    {"at", at},
                    {"credits", transfer.credits},
                    {"reason", transfer.reason}};
            },
        },
        entry.what);
}

std::string_view kind_of(ExitCode code)
{
    switch (code) {
        case ExitCode::done:
            return "done";
        case ExitCode::refused:
            return "refused";
        case ExitCode::usage:
            return "usage";
        case ExitCode::no_connection:
            return "no_connection";
        case ExitCode::not_logged_in:
            return "not_logged_in";
        case ExitCode::outcome_unknown:
            return "outcome_unknown";
        case ExitCode::interrupted:
            return "interrupted";
    }
    return "";
}

// The server's words may be no UTF-8, which must not stop the output.
std::string line_of(const Json& json)
{
    return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json or_null(std::optional<protocol::Credits> balance) { return balance ? Json(*balance) : Json(); }

}  // namespace

std::string format_tables(std::span<const MachineListing> machines, bool colour)
{
    std::string text;
    for (const auto& machine : machines) {
        if (!text.empty()) text += '\n';
        text += format_table(machine, colour);
    }
    return text;
}

std::string format_json(std::span<const MachineListing> machines)
{
    Json list = Json::array();
    for (const auto& machine : machines) list.push_back(json_of(machine));
    return line_of({{"machines", std::move(list)}});
}

std::string format_table(std::span<const protocol::HistoryEntry> history)
{
    if (history.empty()) return "Nothing happened yet.\n";
    const auto credits_in = [](const protocol::HistoryEntry& entry) {
        return std::visit([](const auto& what) { return credits_of(what); }, entry.what);
    };
    constexpr std::string_view title = "credits";
    std::size_t columns = title.size();
    for (const auto& entry : history) columns = std::max(columns, credits_in(entry).size());

    auto text = fmt::format("{:<16}  {:>{}}  for\n", "when", title, columns);
    for (const auto& entry : history) {
        const auto words = std::visit([](const auto& what) { return words_of(what); }, entry.what);
        text += fmt::format(
            "{}  {:>{}}  {}\n", local_time(entry.at), credits_in(entry), columns,
            clients::without_controls(words));
    }
    return text;
}

std::string format_json(std::span<const protocol::HistoryEntry> history)
{
    Json list = Json::array();
    for (const auto& entry : history) list.push_back(json_of(entry));
    return line_of({{"history", std::move(list)}});
}

std::string format_json(const DropOutcome& outcome)
{
    return line_of(
        {{"dropped", true},
         {"machine", outcome.machine},
         {"slot", outcome.slot},
         {"balance", or_null(outcome.balance)}});
}

std::string format_json(const SendOutcome& outcome)
{
    return line_of(
        {{"sent", outcome.credits},
         {"to", outcome.receiver},
         {"balance", or_null(outcome.balance)}});
}

std::string format_json(const Failure& failure)
{
    Json error{{"kind", kind_of(failure.exit_code)}};
    if (failure.code != 0) error["code"] = failure.code;
    error["text"] = failure.text;
    if (failure.drop) error["drop"] = *failure.drop;
    return line_of({{"error", std::move(error)}});
}

std::string format_credits(protocol::Credits credits)
{
    return fmt::format("{} {}", credits, credits == 1 ? "credit" : "credits");
}

}  // namespace drink
