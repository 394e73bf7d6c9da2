#include "protocol/sunday_reply.hpp"

#include "random_text.hpp"
#include "support/catch.hpp"

#include <limits>
#include <random>
#include <string>
#include <string_view>
#include <vector>

using protocol::Credits;
using protocol::Dialect;
using protocol::MachineState;
using protocol::parse_reply;
using protocol::parse_stat_row;
using protocol::Refusal;
using protocol::Reply;
using protocol::StatRow;

namespace {

constexpr Dialect dialects[] = {Dialect::js, Dialect::classic};

constexpr StatRow coke{
    .slot = 1, .item = "Coke", .price = 50, .left = 13, .sold = 200, .enabled = true};
constexpr StatRow dr_pepper{
    .slot = 2, .item = "Dr. Pepper", .price = 50, .left = 0, .sold = 9, .enabled = true};
constexpr StatRow disabled{
    .slot = 255, .item = "", .price = 0, .left = 1, .sold = 0, .enabled = false};

// The line without its end, as a client's framer gives it.
std::string_view without_end(std::string_view reply)
{
    reply.remove_suffix(reply.ends_with("\r\n") ? 2 : 1);
    return reply;
}

}  // namespace

TEST_CASE("sunday reply: the golden transcript of js is held byte for byte")
{
    constexpr auto js = Dialect::js;
    const StatRow rows[] = {coke, dr_pepper};

    REQUIRE(protocol::format_banner(js, "Big Drink") == "Welcome to Big Drink\n");
    REQUIRE(protocol::format_password_required(js) == "OK: \r\n");
    REQUIRE(
        protocol::format_refusal(Refusal::wrong_password, js) == "ERR 407 Invalid password.\r\n");
    REQUIRE(protocol::format_credits(js, 250) == "OK: 250\r\n");
    REQUIRE(
        protocol::format_machine_selected(js, "Little Drink") ==
        "OK:  Welcome to Little Drink\r\n");
    REQUIRE(
        protocol::format_stat(js, rows) ==
        "1 \"Coke\" 50 13 1\n2 \"Dr. Pepper\" 50 0 1\nOK 2 Slots retrieved\r\n");
    REQUIRE(protocol::format_dropped(js, 200) == "OK:  Dropping drink\r\n");
    REQUIRE(protocol::format_credits(js, 200) == "OK: 200\r\n");
    REQUIRE(protocol::format_refusal(Refusal::unknown_verb, js) == "ERR 415 Invalid command\r\n");
    REQUIRE(protocol::format_goodbye(js) == "Good Bye\r\n");
}

TEST_CASE("sunday reply: credits that were sent, a member that is known, and an administrator")
{
    constexpr auto js = Dialect::js;
    constexpr auto classic = Dialect::classic;
    REQUIRE(protocol::format_sent(js, 20) == "OK: \r\n");
    REQUIRE(protocol::format_sent(classic, 20) == "OK Credits remaining: 20\n");
    REQUIRE(protocol::format_known(js, "bob", true) == "OK: true bob is known.\r\n");
    REQUIRE(protocol::format_known(classic, "bob", false) == "OK false bob is not known.\n");
    REQUIRE(protocol::format_admin(classic, "bob", true) == "OK true bob is an administrator.\n");
    REQUIRE(
        protocol::format_admin(js, "bob", false) == "OK: false bob is not an administrator.\r\n");
}

TEST_CASE("sunday reply: the golden transcript of classic is held byte for byte")
{
    constexpr auto classic = Dialect::classic;
    const StatRow rows[] = {coke};

    REQUIRE(protocol::format_banner(classic, "Big Drink") == "OK Welcome to Big Drink\n");
    REQUIRE(protocol::format_password_required(classic) == "OK Password required.\n");
    REQUIRE(protocol::format_credits(classic, 250) == "OK Credits: 250\n");
    REQUIRE(
        protocol::format_stat(classic, rows) ==
        "1 \"Coke\" 50 13 200 true\nOK 1 Slots retrieved\n");
    REQUIRE(protocol::format_dropped(classic, 200) == "OK Credits remaining: 200\n");
    REQUIRE(protocol::format_temperature(classic, 38.75) == "OK 38.7500\n");
    REQUIRE(
        protocol::format_refusal(Refusal::access_denied, classic) == "ERR 200 Access denied.\n");
    REQUIRE(
        protocol::format_refusal(Refusal::unknown_verb, classic) == "ERR 452 Invalid command.\n");
    REQUIRE(protocol::format_goodbye(classic) == "OK Disconnecting.\n");
}

TEST_CASE("sunday reply: js puts a second blank where its own text begins with one")
{
    REQUIRE(protocol::format_user(Dialect::js, "alice") == "OK:  alice\r\n");
    REQUIRE(
        protocol::format_machine_selected(Dialect::js, "Big Drink") ==
        "OK:  Welcome to Big Drink\r\n");
}

TEST_CASE("sunday reply: classic names the user from the thirteenth byte and has one blank")
{
    REQUIRE(protocol::format_user(Dialect::classic, "alice") == "OK Username: alice\n");
    REQUIRE(
        protocol::format_machine_selected(Dialect::classic, "Big Drink") ==
        "OK Welcome to Big Drink\n");
}

TEST_CASE("sunday reply: a verb of one dialect alone answers in the form of the listener")
{
    REQUIRE(protocol::format_ok(Dialect::js, "NRH (North)") == "OK: NRH (North)\r\n");
    REQUIRE(protocol::format_ok(Dialect::classic, "NRH (North)") == "OK NRH (North)\n");
    REQUIRE(protocol::format_temperature(Dialect::js, 38.75) == "OK: 38.7500\r\n");
}

TEST_CASE("sunday reply: credits may be any whole number")
{
    REQUIRE(protocol::format_credits(Dialect::js, 0) == "OK: 0\r\n");
    REQUIRE(protocol::format_credits(Dialect::classic, -5) == "OK Credits: -5\n");
    REQUIRE(
        protocol::format_credits(Dialect::js, std::numeric_limits<Credits>::max()) ==
        "OK: 9223372036854775807\r\n");
    REQUIRE(
        protocol::format_credits(Dialect::js, std::numeric_limits<Credits>::min()) ==
        "OK: -9223372036854775808\r\n");
}

TEST_CASE("sunday reply: a temperature has four decimals")
{
    REQUIRE(protocol::format_temperature(Dialect::classic, 0) == "OK 0.0000\n");
    REQUIRE(protocol::format_temperature(Dialect::classic, -4.00006) == "OK -4.0001\n");
    REQUIRE(protocol::format_temperature(Dialect::classic, 185) == "OK 185.0000\n");
}

TEST_CASE("sunday reply: STAT of no slots still has its summary")
{
    REQUIRE(protocol::format_stat(Dialect::js, {}) == "OK 0 Slots retrieved\r\n");
    REQUIRE(protocol::format_stat(Dialect::classic, {}) == "OK 0 Slots retrieved\n");
}

TEST_CASE("sunday reply: STAT shows a disabled slot as 0 in js and false in classic")
{
    const StatRow rows[] = {disabled};
    REQUIRE(protocol::format_stat(Dialect::js, rows) == "255 \"\" 0 1 0\nOK 1 Slots retrieved\r\n");
    REQUIRE(
        protocol::format_stat(Dialect::classic, rows) ==
        "255 \"\" 0 1 0 false\nOK 1 Slots retrieved\n");
}

TEST_CASE("sunday reply: the start time has the form of a date of JavaScript")
{
    REQUIRE(
        protocol::format_uptime(Dialect::js, 1329869257) ==
        "OK: Up since: Wed, 22 Feb 2012 00:07:37 GMT\r\n");
    REQUIRE(
        protocol::format_uptime(Dialect::classic, 1767225599) ==
        "OK Up since: Wed, 31 Dec 2025 23:59:59 GMT\n");
    REQUIRE(
        protocol::format_uptime(Dialect::js, 0) ==
        "OK: Up since: Thu, 01 Jan 1970 00:00:00 GMT\r\n");
}

TEST_CASE("sunday reply: SERVERSTAT is one line of JSON")
{
    const MachineState machines[] = {
        {.name = "Little Drink", .connected = true}, {.name = "Snack", .connected = false}};
    const std::string line = R"({"machines":[{"machine_name":"Little Drink","connected":true},)"
                             R"({"machine_name":"Snack","connected":false}],"opcode":"OK"})";
    REQUIRE(protocol::format_server_state(Dialect::js, machines) == line + "\r\n");
    REQUIRE(protocol::format_server_state(Dialect::classic, machines) == line + "\n");
}

TEST_CASE("sunday reply: SERVERSTAT without machines has an empty list")
{
    REQUIRE(
        protocol::format_server_state(Dialect::js, {}) ==
        "{\"machines\":[],\"opcode\":\"OK\"}\r\n");
}

TEST_CASE("sunday reply: SERVERSTAT escapes what JSON needs escaped")
{
    const MachineState machines[] = {{.name = R"(The "Big\Old" One)", .connected = true}};
    REQUIRE(
        protocol::format_server_state(Dialect::js, machines) ==
        R"({"machines":[{"machine_name":"The \"Big\\Old\" One","connected":true}],"opcode":"OK"})"
        "\r\n");
}

TEST_CASE("sunday reply: a client reads every success of either dialect")
{
    struct Row {
        std::string_view line;
        std::string_view text;
    };
    constexpr Row rows[] = {
        {"OK: ", ""},
        {"OK ", ""},
        {"OK", ""},
        {"OK:", ""},
        {"OK: 250", "250"},
        {"OK Credits: 250", "Credits: 250"},
        {"OK:  Dropping drink", "Dropping drink"},
        {"OK 2 Slots retrieved", "2 Slots retrieved"},
        {"OK: a: b", "a: b"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.line);
        const auto reply = parse_reply(row.line);
        REQUIRE(reply.kind == Reply::Kind::ok);
        REQUIRE(reply.text == row.text);
    }
}

TEST_CASE("sunday reply: a client reads every error of either dialect")
{
    struct Row {
        std::string_view line;
        int code;
        std::string_view text;
    };
    constexpr Row rows[] = {
        {"ERR 407 Invalid password.", 407, "Invalid password."},
        {"WARN 152 Drop in progress", 152, "Drop in progress"},
        {"ERR 103", 103, ""},
        {"ERR 103 ", 103, ""},
        // Erlang servers had one number for everything without one.
        {"ERR 0 Invalid machine.", 0, "Invalid machine."},
        {"ERR 1000 Beyond the table", 1000, "Beyond the table"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.line);
        const auto reply = parse_reply(row.line);
        REQUIRE(reply.kind == Reply::Kind::error);
        REQUIRE(reply.code == row.code);
        REQUIRE(reply.text == row.text);
    }
}

TEST_CASE("sunday reply: what is neither success nor error is kept whole for the client")
{
    for (const std::string_view line :
         {"Good Bye", "Welcome to Big Drink", "{\"machines\":[],\"opcode\":\"OK\"}",
          "1 \"Coke\" 50 13 1", "", "OKAY", "ok: 1", "ERR", "ERROR 407", "ERR Username required.",
          "ERR -1 x", "ERR 99999999999 x", "ERR 4O7 x", "WARN x"}) {
        CAPTURE(line);
        const auto reply = parse_reply(line);
        REQUIRE(reply.kind == Reply::Kind::other);
        REQUIRE(reply.text == line);
    }
}

TEST_CASE("sunday reply: a refusal that was written is read with its code and text")
{
    for (const auto dialect : dialects) {
        for (const auto refusal : {Refusal::slot_empty, Refusal::busy, Refusal::user_exists}) {
            const auto line = protocol::format_refusal(refusal, dialect);
            const auto reply = parse_reply(without_end(line));
            REQUIRE(reply.kind == Reply::Kind::error);
            REQUIRE(reply.code == protocol::code_of(refusal, dialect));
            REQUIRE(reply.text == protocol::code_text(reply.code, dialect));
        }
    }
}

TEST_CASE("sunday reply: a STAT row that was written is read with its values")
{
    for (const auto dialect : dialects) {
        for (const auto& row : {coke, dr_pepper, disabled}) {
            const auto reply = protocol::format_stat(dialect, {&row, 1});
            const auto line = reply.substr(0, reply.find('\n'));
            CAPTURE(line);
            const auto received = parse_stat_row(line);
            REQUIRE(received.has_value());
            REQUIRE(received->slot == row.slot);
            REQUIRE(received->item == row.item);
            REQUIRE(received->price == row.price);
            REQUIRE(received->left == row.left);
            REQUIRE(received->enabled == row.enabled);
        }
    }
}

TEST_CASE("sunday reply: a line that is not a STAT row is not read as one")
{
    for (const std::string_view line :
         {"", "\"", "\"\"", "OK 2 Slots retrieved", "Welcome to Big Drink", "1 Coke 50 13 200",
          "1 \"Coke 50 13 1", "1 \"Coke\"", "1 \"Coke\" 50 13", "1 \"Coke\" 50 13 200 true x",
          "\"Coke\" 50 13 1", "256 \"Coke\" 50 13 1", "-1 \"Coke\" 50 13 1", "1 \"Coke\" 5o 13 1",
          "1 \"Coke\" 50 x 1", "1 \"Coke\" 9223372036854775808 13 1"}) {
        CAPTURE(line);
        REQUIRE_FALSE(parse_stat_row(line).has_value());
    }
}

TEST_CASE("sunday reply: random bytes are read as something")
{
    for (unsigned seed = 1; seed <= 2000; ++seed) {
        INFO("seed " << seed);
        std::mt19937 random{seed};
        auto line = random_text(random, " \"0123:.", 40);
        if (random() % 2 == 0) line.insert(0, random() % 2 == 0 ? "ERR " : "OK");
        const auto reply = parse_reply(line);
        REQUIRE(reply.text.size() <= line.size());
        REQUIRE(reply.code >= 0);
        const auto row = parse_stat_row(line);
        if (row) REQUIRE(row->item.size() < line.size());
    }
}
