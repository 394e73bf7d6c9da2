#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace config {

struct JsonMember;

/// A JSON value as it stands in the file. Unlike nlohmann's tree it keeps keys that are given twice
/// and the order of the file, so that a mistake about either can be told where it is.
struct JsonValue {
    using Array = std::vector<JsonValue>;
    using Object = std::vector<JsonMember>;

    /// Every number is a double: all that the settings may hold are exact in it.
    std::variant<std::nullptr_t, bool, double, std::string, Array, Object> content;
    std::size_t order = 0;  ///< Rises through the file, from value to value.
};

struct JsonMember {
    std::string key;
    JsonValue value;
};

/// Reads a JSON text, or says at which line and column it stops being JSON and why. The reason
/// repeats nothing of the text, since that may be half a password.
std::expected<JsonValue, std::string> parse_json(std::string_view text);

}  // namespace config
