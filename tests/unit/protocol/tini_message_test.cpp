#include "protocol/tini_message.hpp"

#include "protocol/line_framer.hpp"
#include "random_text.hpp"
#include "support/catch.hpp"

#include <cmath>
#include <ostream>
#include <random>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

using protocol::BoardProtocol;
using protocol::DropId;
using protocol::LineFramer;
using protocol::Refusal;
using protocol::SlotNumber;
using namespace protocol::tini;

namespace {

using Slots = std::vector<SlotStatus>;

template <typename Message>
Message board_message(std::string_view line)
{
    const auto message = parse_board_message(line);
    CAPTURE(line, message.index());
    REQUIRE(std::holds_alternative<Message>(message));
    return std::get<Message>(message);
}

template <typename Message>
Message server_message(std::string_view line)
{
    const auto message = parse_server_message(line);
    CAPTURE(line, message.index());
    REQUIRE(std::holds_alternative<Message>(message));
    return std::get<Message>(message);
}

std::string_view without_end(std::string_view line)
{
    REQUIRE(line.ends_with('\n'));
    line.remove_suffix(1);
    return line;
}

}  // namespace

namespace protocol::tini {

// Catch2 finds it here and prints slots as boards write them.
std::ostream& operator<<(std::ostream& out, const SlotStatus& slot)
{
    return out << slot.slot << ' ' << slot.present;
}

}  // namespace protocol::tini

TEST_CASE("tini: a login is read with and without a blank behind the opcode")
{
    REQUIRE(board_message<Login>("0herpin_my_derp").password == "herpin_my_derp");
    REQUIRE(board_message<Login>("0 herpin_my_derp").password == "herpin_my_derp");
}

TEST_CASE("tini: a password has no blanks around it and may have some inside")
{
    REQUIRE(board_message<Login>("0  change me \t").password == "change me");
    REQUIRE(board_message<Login>("0 secret 2").password == "secret 2");
}

TEST_CASE("tini: a login without a password is a login with an empty one")
{
    REQUIRE(board_message<Login>("0").password.empty());
    REQUIRE(board_message<Login>("0  ").password.empty());
}

TEST_CASE("tini: an ack is 4 and a nack is 5")
{
    board_message<Ack>("4");
    board_message<Ack>("4 ");
    board_message<Nack>("5");
    board_message<Nack>("5 ");
}

TEST_CASE("tini: an ack or nack with anything but an id behind it settles nothing")
{
    for (const std::string_view line :
         {"471 1`2 0", "4 x", "4 1 2", "4 0", "4 -1", "4 +1", "4 9007199254740992", "50", "5 x",
          "5 jammed", "5 1x", "5 9007199254740992"}) {
        board_message<Unknown>(line);
    }
}

TEST_CASE("tini 2: an ack carries the id of its drop, up to 2^53-1")
{
    REQUIRE(board_message<Ack>("4 1").drop == DropId{1});
    REQUIRE(board_message<Ack>("42").drop == DropId{2});
    REQUIRE(board_message<Ack>("4 9007199254740991 ").drop == DropId{9007199254740991});
    REQUIRE_FALSE(board_message<Ack>("4").drop);
}

TEST_CASE("tini 2: a nack carries the id of its drop and the reason, if there is one that is known")
{
    struct Row {
        std::string_view line;
        Refusal reason;
    };
    constexpr Row rows[] = {
        {"5 7", Refusal::board_refused},
        {"5 7 empty", Refusal::board_found_empty},
        {"5 7 not-ready", Refusal::board_not_ready},
        {"5 7 jammed", Refusal::motor_jammed},
        {"5 7 no-start", Refusal::motor_not_started},
        {"5 7 motor", Refusal::motor_failed},
        {"57  motor\tat 3", Refusal::motor_failed},
        {"5 7 bored", Refusal::board_refused},
        {"5 7 Motor", Refusal::board_refused},
    };
    for (const auto& row : rows) {
        const auto nack = board_message<Nack>(row.line);
        REQUIRE(nack.drop == DropId{7});
        REQUIRE(nack.reason == row.reason);
    }
    REQUIRE_FALSE(board_message<Nack>("5").drop);
}

TEST_CASE("tini 2: an outcome is an id, one of four words and the reason of a refusal")
{
    using What = Outcome::What;
    const auto outcome = [](std::string_view line) { return board_message<Outcome>(line); };
    REQUIRE(outcome("A 7 done") == Outcome{.drop = DropId{7}, .what = What::done});
    REQUIRE(outcome("A7 unseen") == Outcome{.drop = DropId{7}, .what = What::unseen});
    REQUIRE(outcome("A 7 unknown") == Outcome{.drop = DropId{7}, .what = What::unknown});
    REQUIRE(outcome("A 7 refused") == Outcome{.drop = DropId{7}, .what = What::refused});
    REQUIRE(
        outcome("A 7 refused jammed") ==
        Outcome{.drop = DropId{7}, .what = What::refused, .reason = Refusal::motor_jammed});
    REQUIRE(outcome("A 7 done jammed") == Outcome{.drop = DropId{7}, .what = What::done});
}

TEST_CASE("tini 2: an outcome without an id or with another word is none")
{
    for (const std::string_view line :
         {"A", "A 7", "A done", "A 0 done", "A -7 done", "A x done", "A 7 Done", "A 7 lost",
          "a 7 done", "A 9007199254740992 done"}) {
        board_message<Unknown>(line);
    }
}

TEST_CASE("tini 2: an offer is what stands behind the last blank, if it is a 2")
{
    REQUIRE(board_message<Login>("0secret 2").password_before_offer() == "secret");
    REQUIRE(board_message<Login>("0 change me 2 ").password_before_offer() == "change me");
    REQUIRE(board_message<Login>("0secret  2").password_before_offer() == "secret");
    REQUIRE(board_message<Login>("0secret 2 2").password_before_offer() == "secret 2");
    for (const std::string_view line : {"0secret", "0secret2", "0secret 3", "0secret 22", "02"}) {
        REQUIRE_FALSE(board_message<Login>(line).password_before_offer());
    }
}

TEST_CASE("tini 2: what a board says is what a server reads")
{
    constexpr Refusal reasons[] = {Refusal::board_refused,     Refusal::board_found_empty,
                                   Refusal::board_not_ready,   Refusal::motor_jammed,
                                   Refusal::motor_not_started, Refusal::motor_failed};
    for (const std::int64_t number : {std::int64_t{1}, std::int64_t{9007199254740991}}) {
        const DropId id{number};
        REQUIRE(board_message<Ack>(without_end(format_ack(id))).drop == id);
        for (const auto reason : reasons) {
            const auto line = format_nack(id, reason);
            const auto nack = board_message<Nack>(without_end(line));
            REQUIRE(nack.drop == id);
            REQUIRE(nack.reason == reason);
            const Outcome refused{.drop = id, .what = Outcome::What::refused, .reason = reason};
            const auto answer = format_outcome(refused);
            REQUIRE(board_message<Outcome>(without_end(answer)) == refused);
        }
        for (const auto what :
             {Outcome::What::done, Outcome::What::unseen, Outcome::What::unknown}) {
            const Outcome outcome{.drop = id, .what = what};
            const auto answer = format_outcome(outcome);
            REQUIRE(board_message<Outcome>(without_end(answer)) == outcome);
        }
    }
}

TEST_CASE("tini 2: a server says these bytes and no others")
{
    REQUIRE(login_accepted_tini2 == "1 2\n");
    REQUIRE(format_drop(12, DropId{7}) == "3 12 7\n");
    REQUIRE(format_drop(255, DropId{9007199254740991}) == "3 255 9007199254740991\n");
    REQUIRE(format_question(DropId{7}) == "A 7\n");
}

TEST_CASE("tini 2: what a server says is what a board reads")
{
    REQUIRE(server_message<LoginAccepted>("1 2").protocol == BoardProtocol::tini2);
    REQUIRE(server_message<LoginAccepted>("1").protocol == BoardProtocol::tini);
    const auto request = server_message<DropRequest>("3 12 9007199254740991");
    REQUIRE(request.slot == 12);
    REQUIRE(request.drop == DropId{9007199254740991});
    REQUIRE_FALSE(server_message<DropRequest>("312").drop);
    REQUIRE(server_message<Question>("A 7").drop == DropId{7});
}

TEST_CASE("tini 2: a board takes a server at its word as strictly as it does without")
{
    for (const std::string_view line :
         {"3 2", "3 2 ", "3  2 7", "3 2  7", "3 2 7 ", "32 7", "3 2 0", "3 2 x", "A", "A ", "A  7",
          "A7", "A 7 ", "A 0", "a 7", "1  2", "1 3", "1 2 "}) {
        server_message<Unknown>(line);
    }
}

TEST_CASE("tini: a keep-alive is 9 whatever follows")
{
    board_message<KeepAlive>("9");
    board_message<KeepAlive>("9 ");
    board_message<KeepAlive>("9 noop");
}

TEST_CASE("tini: the status of one slot is read with and without a blank")
{
    const Slots slots{{.slot = 3, .present = true}};
    for (const std::string_view line : {"73 1", "7 3 1", "7 3 1 ", "7\t3  1"}) {
        const auto status = board_message<Status>(line);
        REQUIRE(status.slots == slots);
        REQUIRE(status.complete);
    }
}

TEST_CASE("tini: the status of all slots is read in all three spellings")
{
    const Slots slots{
        {.slot = 1, .present = true}, {.slot = 2, .present = false}, {.slot = 13, .present = true}};
    for (const std::string_view line : {"71 1`2 0`13 1", "7 1 1`2 0`13 1", "7 1 1 ` 2 0 ` 13 1 "}) {
        const auto status = board_message<Status>(line);
        REQUIRE(status.slots == slots);
        REQUIRE(status.complete);
    }
}

TEST_CASE("tini: a status keeps the order of the line and names slots by number")
{
    const Slots slots{{.slot = 5, .present = false}, {.slot = 2, .present = true}};
    REQUIRE(board_message<Status>("75 0`2 1").slots == slots);
}

TEST_CASE("tini: slots that no machine has are read as they were sent")
{
    const Slots slots{{.slot = 0, .present = true}, {.slot = 300, .present = false}};
    const auto status = board_message<Status>("7 0 1`300 0");
    REQUIRE(status.slots == slots);
    REQUIRE(status.complete);
}

TEST_CASE("tini: empty parts of a status mean nothing")
{
    const Slots slots{{.slot = 1, .present = true}, {.slot = 2, .present = false}};
    const auto status = board_message<Status>("7``1 1` `2 0`");
    REQUIRE(status.slots == slots);
    REQUIRE(status.complete);

    REQUIRE(board_message<Status>("7").slots.empty());
    REQUIRE(board_message<Status>("7").complete);
}

TEST_CASE("tini: of a part of a status the first two words count")
{
    const Slots slots{{.slot = 1, .present = true}};
    REQUIRE(board_message<Status>("71 1 0 x").slots == slots);
}

TEST_CASE("tini: a bad part of a status spoils only itself and is told")
{
    const Slots slots{{.slot = 1, .present = true}, {.slot = 3, .present = false}};
    for (const std::string_view bad :
         {"2", "x", "2 2", "2 -1", "2 01", "2 1x", "x 1", "2x 1", "+2 1", "2.0 1",
          "99999999999 1"}) {
        CAPTURE(bad);
        std::string line = "71 1`";
        line += bad;
        line += "`3 0";
        const auto status = board_message<Status>(line);
        REQUIRE(status.slots == slots);
        REQUIRE_FALSE(status.complete);
    }
}

TEST_CASE("tini: a status can name every slot that a machine can have")
{
    std::string line = "71 1";
    for (int slot = 2; slot <= 255; ++slot) {
        line += '`';
        line += std::to_string(slot);
        line += " 1";
    }
    const auto status = board_message<Status>(line);
    REQUIRE(status.slots.size() == 255);
    REQUIRE(status.slots.back().slot == 255);
    REQUIRE(status.complete);
}

TEST_CASE("tini: a status of far more parts than slots is cut short and that is told")
{
    std::string line = "71 1";
    for (int count = 1; count < 1000; ++count) line += "`1 1";
    const auto status = board_message<Status>(line);
    REQUIRE(status.slots.size() < 1000);
    REQUIRE_FALSE(status.complete);
}

TEST_CASE("tini: a temperature is read in every spelling of a decimal number")
{
    struct Row {
        std::string_view line;
        double fahrenheit;
    };
    constexpr Row rows[] = {
        {"838.75", 38.75},     {"8 38.75", 38.75}, {"8 38.75 ", 38.75}, {"80", 0.0},
        {"8 0.0", 0.0},        {"8-4.5", -4.5},    {"83.875E1", 38.75}, {"8 3.875e+1", 38.75},
        {"8 387.5E-1", 38.75}, {"8 1.0E-5", 1e-5}, {"8 185.0", 185.0},
    };
    for (const auto& row : rows) {
        REQUIRE(board_message<Temperature>(row.line).fahrenheit == row.fahrenheit);
    }
}

TEST_CASE("tini: a temperature that is not a finite number is no temperature")
{
    for (const std::string_view line :
         {"8",         "8 ",       "8 x",        "8 nan",    "8 NaN",    "8 -nan",    "8 nan(1)",
          "8 inf",     "8 -inf",   "8 Infinity", "8 1e999",  "8 38.75F", "8 38.75 F", "8 38,75",
          "8 38.75.1", "8 +38.75", "8 0x26",     "8 3.875E", "8 --1",    "8 1'--"}) {
        board_message<Unknown>(line);
    }
}

TEST_CASE("tini: any other line of a board is unknown")
{
    using namespace std::string_view_literals;
    for (const auto line :
         {""sv, " "sv, " 4"sv, "1"sv, "2"sv, "32"sv, "6"sv, "-1"sv, "x"sv, "\0"sv, "\r"sv, "\xff"sv,
          "GET / HTTP/1.1"sv}) {
        board_message<Unknown>(line);
    }
}

TEST_CASE("tini: lines with CR LF are read once the framer has cut them")
{
    LineFramer framer{4096};
    framer.feed("0 pw\r\n4\r\n71 1`2 0\r\n8 38.75\r\n9\r\n");
    REQUIRE(board_message<Login>(framer.next_line().value()).password == "pw");
    board_message<Ack>(framer.next_line().value());
    REQUIRE(board_message<Status>(framer.next_line().value()).complete);
    REQUIRE(board_message<Temperature>(framer.next_line().value()).fahrenheit == 38.75);
    board_message<KeepAlive>(framer.next_line().value());
}

TEST_CASE("tini: an ack and a status in one segment are two messages")
{
    LineFramer framer{4096};
    framer.feed("4\n71 1`2 0\n");
    board_message<Ack>(framer.next_line().value());
    REQUIRE(board_message<Status>(framer.next_line().value()).slots.size() == 2);
}

TEST_CASE("tini: random bytes of a board give a message that holds what it promises")
{
    for (unsigned seed = 1; seed <= 5000; ++seed) {
        INFO("seed " << seed);
        std::mt19937 random{seed};
        auto line = random_text(random, " `0123456789.-eE\t", 60);
        if (!line.empty() && random() % 2 == 0) line.front() = random() % 2 == 0 ? '7' : '8';
        const auto message = parse_board_message(line);
        if (const auto* login = std::get_if<Login>(&message)) {
            REQUIRE(login->password == protocol::trimmed(login->password));
        }
        if (const auto* status = std::get_if<Status>(&message)) {
            REQUIRE(status->slots.size() <= line.size() / 3);
        }
        if (const auto* temperature = std::get_if<Temperature>(&message)) {
            REQUIRE(std::isfinite(temperature->fahrenheit));
        }
    }
}

TEST_CASE("tini: a server says to a board these bytes and no others")
{
    REQUIRE(login_accepted == "1\n");
    REQUIRE(login_refused == "2\n");
    REQUIRE(status_request == "6\n");
    REQUIRE(format_drop(1) == "31\n");
    REQUIRE(format_drop(12) == "312\n");
    REQUIRE(format_drop(255) == "3255\n");
}

TEST_CASE("tini: what a server says is what a board reads")
{
    server_message<LoginAccepted>(without_end(login_accepted));
    server_message<LoginRefused>(without_end(login_refused));
    server_message<StatusRequest>(without_end(status_request));
    for (int slot = 1; slot <= 255; ++slot) {
        const auto line = format_drop(static_cast<SlotNumber>(slot));
        REQUIRE(server_message<DropRequest>(without_end(line)).slot == slot);
    }
}

TEST_CASE("tini: a board takes a server at its word as strictly as the first boards did")
{
    for (const std::string_view line :
         {"", " ", "3", "3 2", "32 ", "3x", "3+2", "32.0", "399999999999", "1 ", "11", "2x", "6 ",
          "60", "-1", "0", "4"}) {
        server_message<Unknown>(line);
    }
}

TEST_CASE("tini: random bytes of a server are read as something")
{
    for (unsigned seed = 1; seed <= 2000; ++seed) {
        INFO("seed " << seed);
        std::mt19937 random{seed};
        const auto line = random_text(random, "1236 0-", 12);
        const auto message = parse_server_message(line);
        if (std::holds_alternative<DropRequest>(message)) REQUIRE(line.starts_with('3'));
    }
}
