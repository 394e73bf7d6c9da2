#include "config/rules.hpp"

#include <algorithm>
#include <cmath>
#include <system_error>

namespace config {
namespace {

std::optional<double> number_between(const JsonValue& value, double min, double max)
{
    const auto* number = std::get_if<double>(&value.content);
    if (!number || *number < min || *number > max) return std::nullopt;
    return *number;
}

}  // namespace

std::optional<std::int64_t> whole_number_between(
    const JsonValue& value, std::int64_t min, std::int64_t max)
{
    const auto number = number_between(value, static_cast<double>(min), static_cast<double>(max));
    if (!number || *number != std::floor(*number)) return std::nullopt;
    return static_cast<std::int64_t>(*number);
}

Rule<std::chrono::milliseconds> seconds(double min, double max)
{
    using std::chrono::milliseconds;
    const auto convert = [min, max](const JsonValue& value) -> std::optional<milliseconds> {
        const auto given = number_between(value, min, max);
        if (!given) return std::nullopt;
        const milliseconds rounded{std::llround(*given * 1'000)};
        // A tiny limit must not turn into 0, which stands for no limit.
        return *given > 0 ? std::max(rounded, milliseconds{1}) : rounded;
    };
    return {
        "a number of seconds from " + format_seconds(min) + " to " + format_seconds(max), convert};
}

std::string format_seconds(double value)
{
    std::string digits = std::to_string(value);
    digits.erase(digits.find_last_not_of('0') + 1);
    if (digits.ends_with('.')) digits.pop_back();
    return digits;
}

Rule<bool> true_or_false()
{
    const auto convert = [](const JsonValue& value) -> std::optional<bool> {
        const auto* given = std::get_if<bool>(&value.content);
        if (!given) return std::nullopt;
        return *given;
    };
    return {"true or false", convert};
}

Rule<std::string> text(std::string valid, bool (*holds)(std::string_view))
{
    const auto convert = [holds](const JsonValue& value) -> std::optional<std::string> {
        const auto* given = std::get_if<std::string>(&value.content);
        if (!given || !holds(*given)) return std::nullopt;
        return *given;
    };
    return {std::move(valid), convert};
}

Rule<std::filesystem::path> file_path(const std::filesystem::path& folder)
{
    using std::filesystem::path;
    const auto convert = [folder](const JsonValue& value) -> std::optional<path> {
        const auto* given = std::get_if<std::string>(&value.content);
        if (!given || given->empty() || !has_no_controls(*given)) return std::nullopt;
        if (path{*given}.is_absolute()) return *given;
        // The daemon and the command line tools may run in different folders, so the path is made
        // absolute. Symbolic links are followed, since `..` means what it means to the system.
        std::error_code error;
        const auto absolute = std::filesystem::absolute(folder / *given, error);
        auto canonical = std::filesystem::weakly_canonical(absolute, error);
        return error ? folder / *given : std::move(canonical);
    };
    return {"the path of a file", convert};
}

std::string join_choices(const std::vector<std::string_view>& names)
{
    std::string joined;
    for (std::size_t index = 0; index < names.size(); ++index) {
        if (index > 0) joined += index + 1 < names.size() ? ", " : " or ";
        joined.append("\"").append(names[index]).append("\"");
    }
    return joined;
}

bool has_no_controls(std::string_view text)
{
    char previous = 0;
    return std::ranges::none_of(text, [&](char c) {
        const auto byte = static_cast<unsigned char>(c);
        // U+0080 to U+009F are the bytes C2 80 to C2 9F.
        const bool unicode_control = previous == '\xc2' && byte >= 0x80 && byte <= 0x9f;
        previous = c;
        return byte < 0x20 || byte == 0x7f || unicode_control;
    });
}

}  // namespace config
