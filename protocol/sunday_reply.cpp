#include "protocol/sunday_reply.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <vector>

namespace protocol {
namespace {

std::string joined(std::initializer_list<std::string_view> parts)
{
    std::string text;
    for (const auto part : parts) text += part;
    return text;
}

std::string_view line_end(Dialect dialect) { return dialect == Dialect::js ? "\r\n" : "\n"; }

// Drink-JS puts a second blank where its own text begins with one.
std::string js_double_space(std::string_view text) { return joined({"OK:  ", text, "\r\n"}); }

void append_json_string(std::string& out, std::string_view text)
{
    out += '"';
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    out += '"';
}

void append_stat_row(std::string& out, Dialect dialect, const StatRow& row)
{
    out += std::to_string(row.slot);
    out += " \"";
    out += row.item;
    out += "\" ";
    out += std::to_string(row.price);
    out += ' ';
    out += std::to_string(row.left);
    if (dialect == Dialect::js) {
        out += row.enabled ? " 1\n" : " 0\n";
        return;
    }
    out += ' ';
    out += std::to_string(row.sold);
    out += row.enabled ? " true\n" : " false\n";
}

}  // namespace

std::string format_banner(Dialect dialect, std::string_view machine_name)
{
    return joined({dialect == Dialect::js ? "Welcome to " : "OK Welcome to ", machine_name, "\n"});
}

std::string format_ok(Dialect dialect, std::string_view text)
{
    return joined({dialect == Dialect::js ? "OK: " : "OK ", text, line_end(dialect)});
}

std::string format_password_required(Dialect dialect)
{
    return format_ok(dialect, dialect == Dialect::js ? "" : "Password required.");
}

std::string format_credits(Dialect dialect, Credits balance)
{
    const auto digits = std::to_string(balance);
    return dialect == Dialect::js ? format_ok(dialect, digits)
                                  : format_ok(dialect, "Credits: " + digits);
}

std::string format_user(Dialect dialect, std::string_view name)
{
    return dialect == Dialect::js ? js_double_space(name)
                                  : format_ok(dialect, joined({"Username: ", name}));
}

std::string format_machine_selected(Dialect dialect, std::string_view machine_name)
{
    const auto text = joined({"Welcome to ", machine_name});
    return dialect == Dialect::js ? js_double_space(text) : format_ok(dialect, text);
}

std::string format_stat(Dialect dialect, std::span<const StatRow> rows)
{
    std::string reply;
    for (const auto& row : rows) append_stat_row(reply, dialect, row);
    // The summary has no colon in either dialect.
    reply += joined({"OK ", std::to_string(rows.size()), " Slots retrieved", line_end(dialect)});
    return reply;
}

std::string format_dropped(Dialect dialect, Credits balance)
{
    return dialect == Dialect::js
               ? js_double_space("Dropping drink")
               : format_ok(dialect, "Credits remaining: " + std::to_string(balance));
}

std::string format_sent(Dialect dialect, Credits balance)
{
    return dialect == Dialect::js ? format_ok(dialect, "") : format_dropped(dialect, balance);
}

std::string format_known(Dialect dialect, std::string_view name, bool known)
{
    return format_ok(
        dialect,
        joined({known ? "true " : "false ", name, known ? " is known." : " is not known."}));
}

std::string format_admin(Dialect dialect, std::string_view name, bool admin)
{
    return format_ok(
        dialect,
        joined(
            {admin ? "true " : "false ", name, " is ", admin ? "" : "not ", "an administrator."}));
}

std::string format_goodbye(Dialect dialect)
{
    return dialect == Dialect::js ? "Good Bye\r\n" : "OK Disconnecting.\n";
}

std::string format_temperature(Dialect dialect, double fahrenheit)
{
    // Readings are within a few hundred degrees (machines/ refuses others); anything else is cut.
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.4f", fahrenheit);
    return format_ok(dialect, text.data());
}

std::string format_uptime(Dialect dialect, std::int64_t since)
{
    // JavaScript's toUTCString, independent of the locale.
    static constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const std::time_t seconds = since;
    std::tm utc{};
    gmtime_r(&seconds, &utc);
    std::array<char, 64> text{};
    const int size = std::snprintf(
        text.data(), text.size(), "Up since: %s, %02d %s %d %02d:%02d:%02d GMT",
        days.at(static_cast<std::size_t>(utc.tm_wday)), utc.tm_mday,
        months.at(static_cast<std::size_t>(utc.tm_mon)), utc.tm_year + 1900, utc.tm_hour,
        utc.tm_min, utc.tm_sec);
    return format_ok(dialect, {text.data(), static_cast<std::size_t>(size)});
}

std::string format_server_state(Dialect dialect, std::span<const MachineState> machines)
{
    std::string reply = R"({"machines":[)";
    for (bool first = true; const auto& machine : machines) {
        reply += first ? R"({"machine_name":)" : R"(,{"machine_name":)";
        append_json_string(reply, machine.name);
        reply += machine.connected ? R"(,"connected":true})" : R"(,"connected":false})";
        first = false;
    }
    reply += R"(],"opcode":"OK"})";
    reply += line_end(dialect);
    return reply;
}

Reply parse_reply(std::string_view line)
{
    if (line == "OK" || line.starts_with("OK ") || line.starts_with("OK:")) {
        auto text = line.substr(2);
        if (text.starts_with(':')) text.remove_prefix(1);
        return {.kind = Reply::Kind::ok, .text = trimmed(text)};
    }
    for (const std::string_view mark : {"ERR ", "WARN "}) {
        if (!line.starts_with(mark)) continue;
        const auto rest = line.substr(mark.size());
        const auto digits = rest.substr(0, rest.find(' '));
        const auto code = parse_number<int>(digits);
        if (!code || *code < 0) break;
        const auto text = rest.substr(digits.size());
        return {.kind = Reply::Kind::error, .code = *code, .text = trimmed(text)};
    }
    return {.kind = Reply::Kind::other, .text = line};
}

std::optional<ReceivedStatRow> parse_stat_row(std::string_view line)
{
    const auto open = line.find('"');
    const auto close = line.rfind('"');
    if (open == std::string_view::npos || close == open) return std::nullopt;
    std::vector<std::string_view> fields;
    for (auto rest = trimmed(line.substr(close + 1)); !rest.empty(); rest = trimmed(rest)) {
        fields.push_back(rest.substr(0, rest.find(' ')));
        rest.remove_prefix(fields.back().size());
    }
    constexpr std::size_t js_fields = 3;       // price, left, enabled
    constexpr std::size_t classic_fields = 4;  // price, left, sold, enabled
    if (fields.size() != js_fields && fields.size() != classic_fields) return std::nullopt;
    const auto slot = parse_number<SlotNumber>(trimmed(line.substr(0, open)));
    const auto price = parse_number<Credits>(fields[0]);
    const auto left = parse_number<std::int64_t>(fields[1]);
    if (!slot || !price || !left) return std::nullopt;
    return ReceivedStatRow{
        .slot = *slot,
        .item = std::string{line.substr(open + 1, close - open - 1)},
        .price = *price,
        .left = *left,
        .enabled = fields.back() == "1" || fields.back() == "true",
    };
}

}  // namespace protocol
