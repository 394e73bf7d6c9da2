#include "daemon/log.hpp"

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
        out += plain ? std::string{*text} : in_one_line(*text);
    } else if (const auto* number = std::get_if<std::int64_t>(&value)) {
        out += std::to_string(*number);
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
    std::string line{event};
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
