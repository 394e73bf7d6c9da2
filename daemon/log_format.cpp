#include "daemon/log.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace drinkd::log {
namespace {

// Bytes that are no UTF-8 are replaced: a peer's words must not make a line unreadable.
std::string in_one_line(const nlohmann::ordered_json& value)
{
    return value.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

void append_value(std::string& out, const Value& value)
{
    if (const auto* text = std::get_if<std::string_view>(&value)) {
        const bool plain = std::ranges::all_of(
            *text, [](char c) { return c > ' ' && c <= '~' && c != '"' && c != '=' && c != '\\'; });
        if (plain) {
            out += *text;
        } else {
            out += in_one_line(*text);
        }
    } else if (const auto* number = std::get_if<std::int64_t>(&value)) {
        const fmt::format_int digits{*number};
        out.append(digits.data(), digits.size());
    } else if (const auto* real = std::get_if<double>(&value)) {
        out += nlohmann::json(*real).dump();
    } else {
        out += std::get<bool>(value) ? "true" : "false";
    }
}

bool says_nothing(const Field& field)
{
    const auto* text = std::get_if<std::string_view>(&field.value);
    return text && text->empty();
}

}  // namespace

std::string format_text(std::string_view event, Fields fields)
{
    constexpr std::size_t usual_bytes = 200;
    std::string line;
    line.reserve(usual_bytes);
    line += event;
    for (const auto& field : fields) {
        if (says_nothing(field)) continue;
        line += ' ';
        line += field.name;
        line += '=';
        append_value(line, field.value);
    }
    return line;
}

std::string format_json(std::string_view event, Fields fields)
{
    nlohmann::ordered_json line;
    line["event"] = event;
    for (const auto& field : fields) {
        if (says_nothing(field)) continue;
        std::visit([&](const auto& value) { line[std::string{field.name}] = value; }, field.value);
    }
    const auto object = in_one_line(line);
    return object.substr(1, object.size() - 2);
}

}  // namespace drinkd::log
