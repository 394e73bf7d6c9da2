#pragma once

#include "config/json_document.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace config {

/// What the value of a key may be.
template <typename T>
struct Rule {
    std::string valid;                                          ///< In words that follow "must be".
    std::function<std::optional<T>(const JsonValue&)> convert;  ///< Nothing = not valid.
    bool secret = false;  ///< Whether the value must not be shown, not even a wrong one.
};

/// The whole number in `value` when it is one and lies in [min, max].
std::optional<std::int64_t> whole_number_between(
    const JsonValue& value, std::int64_t min, std::int64_t max);

/// T is an integral type or a duration.
template <typename T>
Rule<T> whole_number(std::int64_t min, std::int64_t max)
{
    const auto convert = [min, max](const JsonValue& value) -> std::optional<T> {
        const auto number = whole_number_between(value, min, max);
        if (!number) return std::nullopt;
        return static_cast<T>(*number);
    };
    return {"a whole number from " + std::to_string(min) + " to " + std::to_string(max), convert};
}

/// Seconds, fractions allowed, rounded to milliseconds; only a plain 0 becomes 0.
Rule<std::chrono::milliseconds> seconds(double min, double max);

/// Such as 0.001 or 3600.
std::string format_seconds(double value);

Rule<bool> true_or_false();

/// A text for which `holds` is true.
Rule<std::string> text(std::string valid, bool (*holds)(std::string_view));

/// A path; one that is relative is taken from `folder`.
Rule<std::filesystem::path> file_path(const std::filesystem::path& folder);

/// Such as `"text" or "json"`.
std::string join_choices(const std::vector<std::string_view>& names);

/// One of some names, each with what it stands for.
template <typename T>
Rule<T> one_of(std::vector<std::pair<std::string_view, T>> choices)
{
    std::vector<std::string_view> names;
    names.reserve(choices.size());
    for (const auto& [name, meaning] : choices) names.push_back(name);
    const auto convert = [choices = std::move(choices)](const JsonValue& value) {
        const auto* given = std::get_if<std::string>(&value.content);
        std::optional<T> result;
        for (const auto& [name, meaning] : choices) {
            if (given && *given == name) result = meaning;
        }
        return result;
    };
    return {join_choices(names), convert};
}

/// The same rule for a limit that 0 switches off.
template <typename T>
Rule<T> zero_is_no_limit(Rule<T> rule)
{
    rule.valid += " (0 = no limit)";
    return rule;
}

/// Whether a text has no control characters, neither those of ASCII nor those of Unicode.
bool has_no_controls(std::string_view text);

}  // namespace config
