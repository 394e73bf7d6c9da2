#include "protocol/sunday_history.hpp"

#include "protocol/overloaded.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <vector>

namespace protocol {
namespace {

using std::chrono::sys_days;
using std::chrono::sys_seconds;

std::string in_quotes(std::string_view text)
{
    constexpr std::size_t size_max = 128;
    auto shown = text.substr(0, size_max);
    // A character of UTF-8 is not cut in half.
    const auto is_inside = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; };
    while (shown.size() < text.size() && !shown.empty() && is_inside(text[shown.size()])) {
        shown.remove_suffix(1);
    }
    std::string quoted = "\"";
    for (const char c : shown) {
        const bool is_control = static_cast<unsigned char>(c) < ' ' || c == '\x7f';
        quoted += is_control ? ' ' : c == '"' ? '\'' : c;
    }
    return quoted += '"';
}

void append(std::string& line, const DropEntry& drop)
{
    line += " drop ";
    line += std::to_string(number(drop.drop));
    line += ' ';
    line += drop.machine;
    line += ' ';
    line += std::to_string(drop.slot);
    line += ' ';
    line += in_quotes(drop.item);
    line += ' ';
    line += std::to_string(drop.price);
    line += ' ';
    line += drop.state;
}

void append(std::string& line, const TransferEntry& transfer)
{
    line += " transfer ";
    line += std::to_string(transfer.credits);
    line += ' ';
    line += in_quotes(transfer.reason);
}

std::vector<std::string_view> words_of(std::string_view text)
{
    std::vector<std::string_view> words;
    for (auto rest = trimmed(text); !rest.empty(); rest = trimmed(rest)) {
        words.push_back(rest.substr(0, rest.find_first_of(" \t")));
        rest.remove_prefix(words.back().size());
    }
    return words;
}

std::optional<sys_seconds> parse_time(std::string_view text)
{
    using namespace std::chrono;
    constexpr std::string_view form = "dddd-dd-ddTdd:dd:ddZ";
    const auto fits = [](char c, char wanted) {
        return wanted == 'd' ? c >= '0' && c <= '9' : c == wanted;
    };
    if (!std::ranges::equal(text, form, fits)) return std::nullopt;
    const auto field = [&](std::size_t place, std::size_t digits) {
        return parse_number<int>(text.substr(place, digits)).value_or(-1);
    };
    const year_month_day date{
        year{field(0, 4)}, month{static_cast<unsigned>(field(5, 2))},
        day{static_cast<unsigned>(field(8, 2))}};
    if (!date.ok() || field(11, 2) > 23 || field(14, 2) > 59 || field(17, 2) > 59) {
        return std::nullopt;
    }
    return sys_days{date} + hours{field(11, 2)} + minutes{field(14, 2)} + seconds{field(17, 2)};
}

}  // namespace

std::string format_time(sys_seconds time)
{
    const auto days = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date{days};
    const std::chrono::hh_mm_ss clock{time - days};
    std::array<char, 64> text{};
    const int size = std::snprintf(
        text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02dZ", static_cast<int>(date.year()),
        static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
        static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
        static_cast<int>(clock.seconds().count()));
    return {text.data(), static_cast<std::size_t>(size)};
}

std::string format_history(Dialect dialect, std::span<const HistoryEntry> entries)
{
    std::string reply;
    for (const auto& [at, what] : entries) {
        reply += format_time(at);
        std::visit([&](const auto& entry) { append(reply, entry); }, what);
        reply += '\n';
    }
    reply += "OK ";
    reply += std::to_string(entries.size());
    reply += " Entries retrieved";
    reply += dialect == Dialect::js ? "\r\n" : "\n";
    return reply;
}

std::optional<HistoryEntry> parse_history_entry(std::string_view line)
{
    const auto open = line.find('"');
    const auto close = line.rfind('"');
    if (open == std::string_view::npos || close == open) return std::nullopt;
    const auto before = words_of(line.substr(0, open));
    const std::string quoted{line.substr(open + 1, close - open - 1)};
    const auto after = words_of(line.substr(close + 1));
    if (before.empty()) return std::nullopt;
    const auto at = parse_time(before[0]);
    if (!at) return std::nullopt;

    if (before.size() == 5 && before[1] == "drop" && after.size() == 2) {
        const auto id = parse_number<std::int64_t>(before[2]);
        const auto slot = parse_number<SlotNumber>(before[4]);
        const auto price = parse_number<Credits>(after[0]);
        if (!id || !slot || !price || *price < 0) return std::nullopt;
        return HistoryEntry{
            *at, DropEntry{
                     .drop = DropId{*id},
                     .machine = std::string{before[3]},
                     .slot = *slot,
                     .item = quoted,
                     .price = *price,
                     .state = std::string{after[1]}}};
    }
    if (before.size() == 3 && before[1] == "transfer" && after.empty()) {
        const auto credits = parse_number<Credits>(before[2]);
        if (!credits) return std::nullopt;
        return HistoryEntry{*at, TransferEntry{.credits = *credits, .reason = quoted}};
    }
    return std::nullopt;
}

}  // namespace protocol
