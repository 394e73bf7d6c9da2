#include "protocol/codes.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

using protocol::Dialect;
using protocol::Refusal;

namespace {

constexpr Dialect dialects[] = {Dialect::js, Dialect::classic};

struct CodeRow {
    int code;
    std::string_view text;
};

// As classic servers spell them; js differs in 403 alone.
constexpr CodeRow code_table[] = {
    {100, "Slot empty."},
    {101, "Drop failed, contact an admin."},
    {102, "Slot disabled."},
    {103, "Unknown Failure."},
    {104, "No slots available."},
    {105, "Slot not found"},
    {150, "Unable to initialize hardware for drop."},
    {151, "Unable to communicate with hardware. Contact an admin."},
    {152, "Drop in progress, please wait before dropping again"},
    {175, "Motor is jammed. Contact an admin immediately."},
    {176, "Unable to start motor."},
    {177, "Motor failure, can jam, or cutoff switch is off."},
    {200, "Access denied."},
    {201, "USER command needs to be issued first."},
    {202, "Invalid username or password."},
    {203, "User is poor."},
    {204, "You need to login."},
    {205, "Maximum user count reached."},
    {206, "Invalid number of args"},
    {207, "Invalid Ibutton"},
    {208, "Transfer error - user doesnt exist"},
    {209, "Error during credit transfer"},
    {210, "Send amount must be a positive, whole number"},
    {350, "Account server subsystem is not ready."},
    {351, "Unable to determine temperature."},
    {352, "Unable to create user."},
    {353, "Could not remove user."},
    {354, "Unable to set admin flag."},
    {400, "Invalid admin flag."},
    {401, "Invalid cost."},
    {402, "Invalid credits."},
    {403, "Invalid delay."},
    {404, "Invalid enable flag."},
    {405, "Invalid num_dropped."},
    {406, "Invalid parameters."},
    {407, "Invalid password."},
    {408, "Invalid quantity."},
    {409, "Invalid slot."},
    {410, "Invalid user."},
    {411, "Invalid reboot flag."},
    {412, "User already registered."},
    {413, "No machine selected."},
    {414, "Invalid machine name"},
    {415, "Invalid command"},
    {416, "Machine is offline or unreachable"},
    {417, "User doesnt exist."},
    {418, "Could not send money to user"},
    {450, "Timeout, disconnecting."},
    {451, "Not implemented."},
    {452, "Invalid command."},
};

std::optional<std::string_view> specified_text(int code, Dialect dialect)
{
    if (code == 403 && dialect == Dialect::js) return "Invalid delay";
    const auto row = std::ranges::find(code_table, code, &CodeRow::code);
    if (row == std::end(code_table)) return std::nullopt;
    return row->text;
}

struct Numbers {
    int classic;
    int js;
};

// A switch without a default: the compiler names a Refusal that this specification has not.
std::optional<Numbers> specified_numbers(Refusal refusal)
{
    switch (refusal) {
        case Refusal::slot_empty:
            return Numbers{100, 100};
        case Refusal::board_refused:
            return Numbers{101, 150};
        case Refusal::slot_disabled:
            return Numbers{102, 102};
        case Refusal::outcome_unknown:
            return Numbers{103, 103};
        case Refusal::no_slot_available:
            return Numbers{104, 104};
        case Refusal::no_such_slot:
            return Numbers{409, 105};
        case Refusal::machine_offline:
            return Numbers{151, 151};
        case Refusal::busy:
            return Numbers{152, 152};
        case Refusal::board_found_empty:
            return Numbers{100, 150};
        case Refusal::board_not_ready:
            return Numbers{150, 150};
        case Refusal::motor_jammed:
            return Numbers{175, 150};
        case Refusal::motor_not_started:
            return Numbers{176, 150};
        case Refusal::motor_failed:
            return Numbers{177, 150};
        case Refusal::access_denied:
            return Numbers{200, 200};
        case Refusal::user_first:
            return Numbers{201, 201};
        case Refusal::wrong_password:
            return Numbers{202, 407};
        case Refusal::poor:
            return Numbers{203, 203};
        case Refusal::not_logged_in:
            return Numbers{204, 204};
        case Refusal::too_many_connections:
            return Numbers{205, 205};
        case Refusal::wrong_argument_count:
            return Numbers{406, 206};
        case Refusal::unknown_ibutton:
            return Numbers{207, 207};
        case Refusal::ledger_unavailable:
            return Numbers{350, 350};
        case Refusal::no_temperature:
            return Numbers{351, 351};
        case Refusal::invalid_delay:
            return Numbers{403, 403};
        case Refusal::invalid_rand_delay:
            return Numbers{406, 403};
        case Refusal::malformed_stat_slot:
        case Refusal::missing_slot:
            return Numbers{406, 409};
        case Refusal::malformed_slot:
            return Numbers{409, 409};
        case Refusal::unknown_user:
            return Numbers{410, 410};
        case Refusal::no_machine_selected:
            return Numbers{413, 413};
        case Refusal::unknown_machine:
            return Numbers{414, 414};
        case Refusal::unknown_verb:
            return Numbers{452, 415};
        case Refusal::timed_out:
            return Numbers{450, 450};
        case Refusal::not_implemented:
            return Numbers{451, 451};
        case Refusal::invalid_credits:
            return Numbers{402, 402};
        case Refusal::invalid_quantity:
            return Numbers{408, 408};
        case Refusal::user_exists:
        case Refusal::ibutton_taken:
            return Numbers{412, 412};
        case Refusal::unknown_receiver:
            return Numbers{208, 208};
        case Refusal::own_account:
            return Numbers{209, 209};
        case Refusal::invalid_amount:
            return Numbers{210, 210};
    }
    return std::nullopt;
}

std::vector<Refusal> all_refusals()
{
    std::vector<Refusal> all;
    for (int value = 0; value < 1000; ++value) {
        const auto refusal = static_cast<Refusal>(value);
        if (specified_numbers(refusal)) all.push_back(refusal);
    }
    return all;
}

}  // namespace

TEST_CASE("codes: each code has its exact text and no other number has one")
{
    for (const auto dialect : dialects) {
        for (int code = -1; code <= 1000; ++code) {
            CAPTURE(code);
            const auto text = protocol::code_text(code, dialect);
            const auto specified = specified_text(code, dialect);
            REQUIRE(text.has_value() == specified.has_value());
            if (text) REQUIRE(*text == *specified);
        }
    }
}

TEST_CASE("codes: every refusal has the number of its dialect")
{
    for (const auto refusal : all_refusals()) {
        CAPTURE(protocol::describe(refusal));
        REQUIRE(
            protocol::code_of(refusal, Dialect::classic) == specified_numbers(refusal)->classic);
        REQUIRE(protocol::code_of(refusal, Dialect::js) == specified_numbers(refusal)->js);
    }
}

TEST_CASE("codes: every refusal is described in words of its own")
{
    std::set<std::string_view> descriptions;
    for (const auto refusal : all_refusals()) {
        const auto words = protocol::describe(refusal);
        CAPTURE(words);
        REQUIRE_FALSE(words.empty());
        REQUIRE(descriptions.insert(words).second);
    }
    REQUIRE(protocol::describe(Refusal::slot_empty) == "the slot is empty");
}

TEST_CASE("codes: a refusal is ERR and the number and the text and the line end of its dialect")
{
    for (const auto refusal : all_refusals()) {
        if (refusal == Refusal::busy) continue;
        const auto [classic, js] = *specified_numbers(refusal);
        REQUIRE(
            protocol::format_refusal(refusal, Dialect::classic) ==
            "ERR " + std::to_string(classic) + ' ' +
                std::string{*specified_text(classic, Dialect::classic)} + '\n');
        REQUIRE(
            protocol::format_refusal(refusal, Dialect::js) ==
            "ERR " + std::to_string(js) + ' ' + std::string{*specified_text(js, Dialect::js)} +
                "\r\n");
    }
}

TEST_CASE("codes: a wrong password in js is the whole line that the iPhone client compares")
{
    REQUIRE(
        protocol::format_refusal(Refusal::wrong_password, Dialect::js) ==
        "ERR 407 Invalid password.\r\n");
}

TEST_CASE("codes: a busy member is warned in js and gets an error in classic")
{
    REQUIRE(
        protocol::format_refusal(Refusal::busy, Dialect::js) ==
        "WARN 152 Drop in progress, please wait before dropping again\r\n");
    REQUIRE(
        protocol::format_refusal(Refusal::busy, Dialect::classic) ==
        "ERR 152 Drop in progress, please wait before dropping again\n");
}

TEST_CASE("codes: a detail follows the text as it is")
{
    REQUIRE(
        protocol::format_refusal(
            Refusal::unknown_machine, Dialect::js, " - USAGE: MACHINE < d | ld | s >") ==
        "ERR 414 Invalid machine name - USAGE: MACHINE < d | ld | s >\r\n");
    REQUIRE(
        protocol::format_refusal(
            Refusal::wrong_argument_count, Dialect::js, " - USAGE: IBUTTON <ibutton number>") ==
        "ERR 206 Invalid number of args - USAGE: IBUTTON <ibutton number>\r\n");
    REQUIRE(
        protocol::format_refusal(Refusal::outcome_unknown, Dialect::classic, " Drop 7.") ==
        "ERR 103 Unknown Failure. Drop 7.\n");
}

TEST_CASE("codes: a client finds what a number means")
{
    CHECK(protocol::find_refusal(203) == Refusal::poor);
    CHECK(protocol::find_refusal(407) == Refusal::wrong_password);
    CHECK(protocol::find_refusal(202) == Refusal::wrong_password);
    CHECK(protocol::find_refusal(409) == Refusal::malformed_slot);
    CHECK_FALSE(protocol::find_refusal(0));
    CHECK_FALSE(protocol::find_refusal(999));
}
