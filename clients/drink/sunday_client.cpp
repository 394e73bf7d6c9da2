#include "clients/drink/sunday_client.hpp"

#include "clients/common/terminal.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <utility>

namespace drink {
namespace {

using protocol::parse_reply;
using protocol::Reply;

constexpr std::size_t slots_max = 256;

// What a server and its board may need for a drop, beyond the delay.
constexpr std::chrono::seconds drop_patience{60};

Failure link_failure(LinkEnd end)
{
    switch (end) {
        case LinkEnd::closed:
            return {ExitCode::no_connection, "the server closed the connection"};
        case LinkEnd::silent:
            return {ExitCode::no_connection, "the server did not answer in time"};
        case LinkEnd::interrupted:
            return {ExitCode::interrupted, "interrupted"};
        case LinkEnd::line_too_long:
            break;
    }
    return {ExitCode::no_connection, "the server does not speak Sunday: its line does not end"};
}

Failure not_understood(std::string_view line)
{
    constexpr std::size_t shown_max = 80;
    return {
        ExitCode::no_connection, fmt::format(
                                     "the server's answer is not understood: '{}'",
                                     clients::without_controls(line.substr(0, shown_max)))};
}

// The answer to what must not be sent twice did not come.
Failure outcome_unknown(LinkEnd end, std::string_view asked, std::string_view look_at)
{
    const auto what = end == LinkEnd::interrupted ? "interrupted" : link_failure(end).text;
    return {
        ExitCode::outcome_unknown,
        fmt::format(
            "{} after {} asked for; it may have happened or not, so look at your {} before you try "
            "again",
            what, asked, look_at)};
}

// What became of a drop whose answer did not come.
Failure drop_failure(
    LinkEnd end, std::chrono::steady_clock::duration waited, std::chrono::seconds delay)
{
    // So close to the end of the delay it may be too late.
    constexpr std::chrono::seconds margin{1};
    if (end == LinkEnd::interrupted && waited + margin < delay) {
        return {
            ExitCode::interrupted,
            "interrupted during the delay; drinkd cancels such a drop, your balance tells"};
    }
    return outcome_unknown(end, "the drop was", "balance");
}

// What the answer says of something that must not be sent twice.
Result<void> done_or_not(std::string_view line)
{
    const auto reply = parse_reply(line);
    if (reply.kind == Reply::Kind::ok) return {};
    if (reply.kind == Reply::Kind::error) return std::unexpected{refusal(reply.code, reply.text)};
    auto failure = not_understood(line);
    failure.exit_code = ExitCode::outcome_unknown;
    return std::unexpected{std::move(failure)};
}

// The welcome to a machine: "Welcome to Big Drink".
std::string name_in(std::string_view welcome)
{
    constexpr std::string_view words = "Welcome to ";
    if (welcome.starts_with(words)) welcome.remove_prefix(words.size());
    return std::string{welcome};
}

// The ids in a usage text such as "Invalid machine name - USAGE: MACHINE < d | ld | s >".
std::vector<std::string> ids_in(std::string_view usage)
{
    std::vector<std::string> ids;
    const auto open = usage.find('<');
    const auto close = usage.rfind('>');
    if (open == std::string_view::npos || close == std::string_view::npos || close < open) {
        return ids;
    }
    auto rest = usage.substr(open + 1, close - open - 1);
    while (!rest.empty()) {
        const auto part = rest.substr(0, rest.find('|'));
        rest.remove_prefix(std::min(part.size() + 1, rest.size()));
        if (const auto id = protocol::trimmed(part); !id.empty()) ids.emplace_back(id);
    }
    return ids;
}

// Whether each machine is connected, by name, from a reply to SERVERSTAT; empty for a server that
// does not tell.
std::map<std::string, bool> connected_in(std::string_view reply)
{
    using nlohmann::json;
    std::map<std::string, bool> connected;
    const auto state = json::parse(reply, nullptr, false);
    if (!state.is_object() || !state.contains("machines")) return connected;
    for (const auto& machine : state.at("machines")) {
        if (!machine.is_object()) continue;
        const auto name = machine.value("machine_name", json{});
        const auto online = machine.value("connected", json{});
        if (name.is_string() && online.is_boolean()) {
            connected[name.get<std::string>()] = online.get<bool>();
        }
    }
    return connected;
}

}  // namespace

Result<void> SundayClient::greet()
{
    const auto line = receive_line();
    if (!line) return std::unexpected{line.error()};
    // A server that is full says so in place of its banner.
    const auto reply = parse_reply(*line);
    if (reply.kind == Reply::Kind::error) return std::unexpected{refusal(reply.code, reply.text)};
    return {};
}

Result<void> SundayClient::log_in(std::string_view user, std::string_view password)
{
    const auto name_taken = ask_ok(fmt::format("USER {}", user));
    if (!name_taken) return std::unexpected{name_taken.error()};
    const auto welcome = ask_ok(fmt::format("PASS {}", password));
    if (!welcome) return std::unexpected{welcome.error()};
    return {};
}

Result<protocol::Credits> SundayClient::balance()
{
    const auto text = ask_ok("GETBALANCE");
    if (!text) return std::unexpected{text.error()};
    // "250"; a classic listener writes "Credits: 250".
    const auto number = text->substr(text->rfind(' ') + 1);
    const auto credits = protocol::parse_number<protocol::Credits>(number);
    if (!credits) return std::unexpected{not_understood(*text)};
    return *credits;
}

Result<std::vector<protocol::HistoryEntry>> SundayClient::history(int count)
{
    return ask_rows(
        fmt::format("HISTORY {}", count), static_cast<std::size_t>(count),
        protocol::parse_history_entry);
}

Result<void> SundayClient::send_credits(std::string_view receiver, protocol::Credits credits)
{
    const auto sent = link_.send(fmt::format("SENDCREDITS {} {}", credits, receiver));
    // A line that could not be sent whole is never run.
    if (!sent) return std::unexpected{link_failure(sent.error())};
    const auto line = link_.receive(patience_, {});
    if (!line) {
        return std::unexpected{outcome_unknown(line.error(), "the transfer was", "history")};
    }
    return done_or_not(*line);
}

Result<std::string> SundayClient::select_machine(std::string_view id)
{
    auto welcome = ask_ok(fmt::format("MACHINE {}", id));
    if (!welcome) return std::unexpected{std::move(welcome.error())};
    return name_in(*welcome);
}

Result<MachineListing> SundayClient::list(std::string_view id)
{
    auto machines = list_each({std::string{id}});
    if (!machines) return std::unexpected{std::move(machines.error())};
    return std::move(machines->front());
}

Result<std::vector<MachineListing>> SundayClient::list_all()
{
    const auto ids = machine_ids();
    if (!ids) return std::unexpected{ids.error()};
    return list_each(*ids);
}

Result<std::vector<MachineListing>> SundayClient::list_each(const std::vector<std::string>& ids)
{
    const auto state = ask("SERVERSTAT");
    if (!state) return std::unexpected{state.error()};
    const auto connected = connected_in(*state);

    std::vector<MachineListing> machines;
    for (const auto& id : ids) {
        auto name = select_machine(id);
        if (!name) return std::unexpected{std::move(name.error())};
        auto rows = ask_rows("STAT", slots_max, protocol::parse_stat_row);
        if (!rows) return std::unexpected{std::move(rows.error())};
        MachineListing machine{.id = id, .name = *name, .online = {}, .slots = std::move(*rows)};
        if (const auto entry = connected.find(*name); entry != connected.end()) {
            machine.online = entry->second;
        }
        machines.push_back(std::move(machine));
    }
    return machines;
}

Result<void> SundayClient::drop(
    protocol::SlotNumber slot, std::chrono::seconds delay, const OnSecond& on_second)
{
    const auto begin = std::chrono::steady_clock::now();
    const auto sent = link_.send(fmt::format("DROP {} {}", slot, delay.count()));
    // A line that could not be sent whole is never run.
    if (!sent) return std::unexpected{link_failure(sent.error())};
    const auto line = link_.receive(delay + drop_patience, on_second);
    if (!line) {
        const auto waited = std::chrono::steady_clock::now() - begin;
        return std::unexpected{drop_failure(line.error(), waited, delay)};
    }
    return done_or_not(*line);
}

template <typename Row>
Result<std::vector<Row>> SundayClient::ask_rows(
    std::string_view command, std::size_t rows_max, std::optional<Row> (&parse)(std::string_view))
{
    auto line = ask(command);
    std::vector<Row> rows;
    for (;; line = receive_line()) {
        if (!line) return std::unexpected{std::move(line.error())};
        const auto reply = parse_reply(*line);
        if (reply.kind == Reply::Kind::ok) return rows;
        if (reply.kind == Reply::Kind::error) {
            return std::unexpected{refusal(reply.code, reply.text)};
        }
        auto row = parse(*line);
        if (!row || rows.size() == rows_max) return std::unexpected{not_understood(*line)};
        rows.push_back(std::move(*row));
    }
}

Result<std::vector<std::string>> SundayClient::machine_ids()
{
    // No command lists the ids, but the refusal of an impossible one does.
    const auto line = ask("MACHINE ?");
    if (!line) return std::unexpected{line.error()};
    const auto reply = parse_reply(*line);
    if (reply.kind != Reply::Kind::error) return std::unexpected{not_understood(*line)};
    auto ids = ids_in(reply.text);
    if (ids.empty()) return std::unexpected{refusal(reply.code, reply.text)};
    return ids;
}

Result<std::string> SundayClient::ask_ok(std::string_view command)
{
    const auto line = ask(command);
    if (!line) return std::unexpected{line.error()};
    const auto reply = parse_reply(*line);
    if (reply.kind == Reply::Kind::error) return std::unexpected{refusal(reply.code, reply.text)};
    if (reply.kind != Reply::Kind::ok) return std::unexpected{not_understood(*line)};
    return std::string{reply.text};
}

Result<std::string> SundayClient::ask(std::string_view command)
{
    const auto sent = link_.send(command);
    if (!sent) return std::unexpected{link_failure(sent.error())};
    return receive_line();
}

Result<std::string> SundayClient::receive_line()
{
    auto line = link_.receive(patience_, {});
    if (!line) return std::unexpected{link_failure(line.error())};
    return std::move(*line);
}

}  // namespace drink
