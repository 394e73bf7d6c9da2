#pragma once

#include <charconv>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

/// The vocabulary that every folder shares: what a credit, a slot number and a drop's id are.
namespace protocol {

/// Whole credits; 1 credit is the smallest unit the house uses.
using Credits = std::int64_t;

/// The most that an account can have, and the least that the house can: the sum of all cannot
/// overflow, and every JSON reader can hold it.
constexpr Credits credits_max = (Credits{1} << 53) - 1;

/// A slot's number as boards, replies and settings know it: 1 to 255.
using SlotNumber = std::uint8_t;

/// A drop's id, unique for ever and across ledgers. Ids rise, and stay below 2^53 so that every
/// JSON reader can hold them.
enum class DropId : std::int64_t {};

/// How a board's answers find their drops: by their order, or by the drop's id that they carry.
enum class BoardProtocol : std::uint8_t { tini = 1, tini2 = 2 };

/// The row of an account in the ledger. An id is never used again.
enum class AccountId : std::int64_t {};

constexpr std::int64_t number(DropId id) { return static_cast<std::int64_t>(id); }
constexpr std::int64_t number(AccountId id) { return static_cast<std::int64_t>(id); }

/// What a board's sensor last said of a slot; `unknown` until it said something.
enum class Sensor : std::uint8_t { unknown, empty, present };

/// Reads a whole decimal number: nothing in front, nothing behind, no plus sign, no overflow.
template <std::integral Number>
std::optional<Number> parse_number(std::string_view text)
{
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

/// The text without the blanks (spaces and tabs) around it.
std::string_view trimmed(std::string_view text);

/// ASCII lower case; other bytes stay. Names are compared in this form.
std::string lower_case(std::string_view text);

/// Whether two texts are equal but for ASCII case.
bool equal_ignoring_case(std::string_view left, std::string_view right);

/// Whether a text can be an account's name: [A-Za-z0-9._-]{1,32}. Sunday cannot carry blanks.
bool valid_account_name(std::string_view name);

/// An iButton id in its one spelling, 16 upper-case hexadecimal digits, or nothing when the text is
/// not such an id in either case.
std::optional<std::string> normal_ibutton(std::string_view text);

/// The text with every control character and every byte beyond ASCII replaced by `?`, cut to
/// `size_max` bytes: how words from the network get into a log line.
std::string printable(std::string_view text, std::size_t size_max = 80);

}  // namespace protocol
