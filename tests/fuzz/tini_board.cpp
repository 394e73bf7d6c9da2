// A line of a board, once read, can be written and read again as the same message, with or without
// a blank behind the opcode, and what it holds is within the bounds that its type promises.
#include "protocol/overloaded.hpp"
#include "protocol/tini_message.hpp"
#include "target.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string>

namespace {

namespace tini = protocol::tini;

std::string written(const tini::Status& status)
{
    std::string line = "7";
    for (std::string_view separator = " "; const auto& slot : status.slots) {
        line += separator;
        line += std::to_string(slot.slot);
        line += slot.present ? " 1" : " 0";
        separator = "`";
    }
    return line + '\n';
}

std::string written(const tini::Temperature& temperature)
{
    std::array<char, 64> digits{};
    const auto end =
        std::to_chars(digits.data(), digits.data() + digits.size(), temperature.fahrenheit).ptr;
    return "8 " + std::string{digits.data(), end} + '\n';
}

/// The line of a message as a board writes it. Where the protocol has a writer it is that one.
std::string written(const tini::BoardMessage& message)
{
    return std::visit(
        protocol::Overloaded{
            [](const tini::Login& login) { return "0 " + login.password + '\n'; },
            [](const tini::Ack& ack) {
        return ack.drop ? tini::format_ack(*ack.drop) : std::string{"4\n"};
            },
            [](const tini::Nack& nack) {
        return nack.drop ? tini::format_nack(*nack.drop, nack.reason) : std::string{"5\n"};
        },
        [](const tini::Outcome& outcome) { return tini::format_outcome(outcome); },
        [](const tini::Status& status) { return written(status); },
        [](const tini::Temperature& temperature) { return written(temperature); },
        [](tini::KeepAlive) { return std::string{"9\n"}; },
        [](tini::Unknown) { return std::string{"\n"}; },
    },
        message);
}

void check_id(std::optional<protocol::DropId> drop)
{
    if (!drop) return;
    const auto id = number(*drop);
    fuzz::must(id >= 1 && id < std::int64_t{1} << 53, "a drop's id is within its range");
}

void check_login(const tini::Login& login)
{
    fuzz::must(protocol::trimmed(login.password) == login.password, "a password has no blanks");
    if (login.password.empty()) return;
    const auto offered = tini::parse_board_message("0" + login.password + " 2");
    fuzz::must(
        std::get<tini::Login>(offered).password_before_offer() == login.password,
        "an offer of tini 2 behind it leaves the password as it is");
}

void check_content(const tini::BoardMessage& message, std::string_view line)
{
    std::visit(
        protocol::Overloaded{
            [](const tini::Login& login) { check_login(login); },
            [](const tini::Ack& ack) { check_id(ack.drop); },
            [](const tini::Nack& nack) {
        check_id(nack.drop);
        fuzz::must(
            nack.drop || nack.reason == protocol::Refusal::board_refused,
            "only tini 2 gives reasons");
            },
            [](const tini::Outcome& outcome) {
        check_id(outcome.drop);
        fuzz::must(
            outcome.what == tini::Outcome::What::refused ||
                outcome.reason == protocol::Refusal::board_refused,
            "only a refusal has a reason");
        },
        [&](const tini::Status& status) {
        fuzz::must(status.slots.size() <= 256, "a status names no more slots than exist");
        fuzz::must(status.slots.size() <= line.size() / 3, "a status is of its line");
        },
        [](const tini::Temperature& temperature) {
        fuzz::must(std::isfinite(temperature.fahrenheit), "a temperature is a number");
    },
        [](tini::KeepAlive) {}, [](tini::Unknown) {},
        }, message);
}

void check_line(std::string_view line)
{
    const auto message = tini::parse_board_message(line);
    check_content(message, line);

    const auto text = written(message);
    const auto again = tini::parse_board_message(fuzz::without_end(text));
    fuzz::must(again.index() == message.index(), "a message that is written is read as its kind");
    fuzz::must(written(again) == text, "a message that is written is read as the same");
    if (line.empty()) return;
    std::string blank{line};
    blank.insert(1, " \t");
    fuzz::must(
        written(tini::parse_board_message(blank)) == text,
        "blanks behind the opcode do not matter");
    if (std::holds_alternative<tini::Login>(message)) return;  // A password may have some inside.
    std::string tabs{line};
    std::ranges::replace(tabs, ' ', '\t');
    fuzz::must(
        written(tini::parse_board_message(tabs)) == text, "a tab is as good as another blank");
}

}  // namespace

void fuzz::check_input(std::string_view input) { for_each_line(input, check_line); }
