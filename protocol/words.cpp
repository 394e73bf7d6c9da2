#include "protocol/words.hpp"

#include <algorithm>

namespace protocol {
namespace {

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

constexpr bool is_letter(char c) { return lower(c) >= 'a' && lower(c) <= 'z'; }

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

constexpr char upper_hex(char c) { return c >= 'a' && c <= 'f' ? static_cast<char>(c - 32) : c; }

}  // namespace

std::string_view trimmed(std::string_view text)
{
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string lower_case(std::string_view text)
{
    std::string result{text};
    std::ranges::transform(result, result.begin(), lower);
    return result;
}

bool equal_ignoring_case(std::string_view left, std::string_view right)
{
    return std::ranges::equal(left, right, {}, lower, lower);
}

bool valid_account_name(std::string_view name)
{
    constexpr std::size_t length_max = 32;
    return !name.empty() && name.size() <= length_max && std::ranges::all_of(name, [](char c) {
        return is_letter(c) || is_digit(c) || c == '.' || c == '_' || c == '-';
    });
}

std::optional<std::string> normal_ibutton(std::string_view text)
{
    constexpr std::size_t length = 16;
    if (text.size() != length) return std::nullopt;
    std::string id{text};
    std::ranges::transform(id, id.begin(), upper_hex);
    const auto is_hex = [](char c) { return is_digit(c) || (c >= 'A' && c <= 'F'); };
    if (!std::ranges::all_of(id, is_hex)) return std::nullopt;
    return id;
}

std::string printable(std::string_view text, std::size_t size_max)
{
    std::string result{text.substr(0, size_max)};
    std::ranges::replace_if(
        result, [](char c) { return c < ' ' || c > '~'; }, '?');
    if (text.size() > size_max) result += "...";
    return result;
}

}  // namespace protocol
