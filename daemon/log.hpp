#pragma once

#include "config/settings.hpp"
#include "protocol/words.hpp"

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

/// The daemon's log: one line per event on standard error, the event in words and then its fields,
/// as text or as JSON. Never a password, never a whole iButton id.
namespace drinkd::log {

using Value = std::variant<std::string_view, std::int64_t, double, bool>;

/// A named value of an event; one with an empty text is left out. The names are the same
/// everywhere: drop, machine, member, slot, session, address, board, reason.
struct Field {
    Field(std::string_view field_name, std::string_view text) : name{field_name}, value{text} {}
    Field(std::string_view field_name, const char* text)
        : name{field_name}, value{std::string_view{text}}
    {
    }
    Field(std::string_view field_name, const std::string& text)
        : name{field_name}, value{std::string_view{text}}
    {
    }
    Field(std::string_view field_name, protocol::DropId drop)
        : name{field_name}, value{protocol::number(drop)}
    {
    }
    Field(std::string_view field_name, bool flag) : name{field_name}, value{flag} {}
    Field(std::string_view field_name, double real) : name{field_name}, value{real} {}
    Field(std::string_view field_name, std::integral auto number)
        : name{field_name}, value{static_cast<std::int64_t>(number)}
    {
    }

    std::string_view name;
    Value value;
};
using Fields = std::initializer_list<Field>;

/// Starts the log's thread. Lines are written in the order of the calls, some milliseconds later; a
/// caller waits when very many are unwritten, so that none is lost.
void set_up(const config::Log& settings);
/// Writes what is not written yet.
void flush();

void debug(std::string_view event, Fields fields = {});
void info(std::string_view event, Fields fields = {});
void warn(std::string_view event, Fields fields = {});
void error(std::string_view event, Fields fields = {});

/// How a line's body looks, for tests: `event name=value ...`, or a JSON object's members.
std::string format_text(std::string_view event, Fields fields);
std::string format_json(std::string_view event, Fields fields);

}  // namespace drinkd::log
