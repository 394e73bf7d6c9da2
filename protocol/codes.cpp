#include "protocol/codes.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace protocol {
namespace {

struct Code {
    int number;
    std::string_view text;
    std::string_view js_text = {};  // Only where Drink-JS spells it differently.
};

// The union of both dialects' tables; no number means two things.
constexpr Code codes[] = {
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
    {403, "Invalid delay.", "Invalid delay"},
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

struct Meaning {
    Refusal refusal;
    int classic;
    int js;
    std::string_view words;
};

constexpr Meaning meanings[] = {
    {Refusal::slot_empty, 100, 100, "the slot is empty"},
    {Refusal::board_refused, 101, 150, "the board refused the drop"},
    {Refusal::slot_disabled, 102, 102, "the slot is disabled"},
    {Refusal::outcome_unknown, 103, 103, "the outcome of the drop is not known"},
    {Refusal::no_slot_available, 104, 104, "no slot can be dropped"},
    {Refusal::no_such_slot, 409, 105, "the machine has no such slot"},
    {Refusal::machine_offline, 151, 151, "the machine is offline"},
    {Refusal::busy, 152, 152, "another drop is under way"},
    {Refusal::board_found_empty, 100, 150, "the board found the slot empty"},
    {Refusal::board_not_ready, 150, 150, "the board is not ready to drop"},
    {Refusal::motor_jammed, 175, 150, "the motor is jammed"},
    {Refusal::motor_not_started, 176, 150, "the motor did not start"},
    {Refusal::motor_failed, 177, 150, "the motor failed"},
    {Refusal::access_denied, 200, 200, "only an admin may do that"},
    {Refusal::user_first, 201, 201, "USER must come before PASS"},
    {Refusal::wrong_password, 202, 407, "the name or the password is wrong"},
    {Refusal::poor, 203, 203, "the balance is too low"},
    {Refusal::not_logged_in, 204, 204, "nobody is logged in"},
    {Refusal::too_many_connections, 205, 205, "too many connections"},
    {Refusal::wrong_argument_count, 406, 206, "wrong number of arguments"},
    {Refusal::unknown_ibutton, 207, 207, "the iButton is not known"},
    {Refusal::ibutton_taken, 412, 412, "another account has that iButton"},
    {Refusal::ledger_unavailable, 350, 350, "the ledger cannot write at present"},
    {Refusal::no_temperature, 351, 351, "no temperature is known"},
    {Refusal::invalid_delay, 403, 403, "the delay is not a number within its bound"},
    {Refusal::invalid_rand_delay, 406, 403, "RAND takes a number within the bound of delays"},
    {Refusal::malformed_slot, 409, 409, "the slot is not a number"},
    {Refusal::malformed_stat_slot, 406, 409, "STAT takes a slot's number"},
    {Refusal::missing_slot, 406, 409, "no slot is named"},
    {Refusal::unknown_user, 410, 410, "there is no such account"},
    {Refusal::no_machine_selected, 413, 413, "no machine is selected"},
    {Refusal::unknown_machine, 414, 414, "there is no such machine"},
    {Refusal::unknown_verb, 452, 415, "the command is not known"},
    {Refusal::timed_out, 450, 450, "nothing was heard for too long"},
    {Refusal::not_implemented, 451, 451, "not implemented"},
    {Refusal::invalid_credits, 402, 402, "the number of credits is not valid"},
    {Refusal::invalid_quantity, 408, 408, "that many cannot be asked for"},
    {Refusal::user_exists, 412, 412, "an open account has that name"},
    {Refusal::unknown_receiver, 208, 208, "there is no such account to send to"},
    {Refusal::own_account, 209, 209, "credits cannot be sent to oneself"},
    {Refusal::invalid_amount, 210, 210, "what is sent is not a whole number above zero"},
};

const Meaning& meaning_of(Refusal refusal)
{
    // Every Refusal has a row (a test holds that), so the search always ends on one.
    return *std::ranges::find(meanings, refusal, &Meaning::refusal);
}

}  // namespace

std::optional<std::string_view> code_text(int code, Dialect dialect)
{
    const auto row = std::ranges::find(codes, code, &Code::number);
    if (row == std::end(codes)) return std::nullopt;
    return dialect == Dialect::js && !row->js_text.empty() ? row->js_text : row->text;
}

int code_of(Refusal refusal, Dialect dialect)
{
    const auto& meaning = meaning_of(refusal);
    return dialect == Dialect::js ? meaning.js : meaning.classic;
}

std::optional<Refusal> find_refusal(int code)
{
    // Numbers that both dialects use for different reasons (409) are read as js means them.
    for (const auto column : {&Meaning::js, &Meaning::classic}) {
        const auto row = std::ranges::find(meanings, code, column);
        if (row != std::end(meanings)) return row->refusal;
    }
    return std::nullopt;
}

std::string format_refusal(Refusal refusal, Dialect dialect, std::string_view detail)
{
    const int code = code_of(refusal, dialect);
    // The only warning of the table; no classic client knows the word.
    const bool warning = refusal == Refusal::busy && dialect == Dialect::js;
    std::string line{warning ? "WARN " : "ERR "};
    line += std::to_string(code);
    line += ' ';
    line += code_text(code, dialect).value_or("Unknown Failure.");
    line += detail;
    line += dialect == Dialect::js ? "\r\n" : "\n";
    return line;
}

std::string_view describe(Refusal refusal) { return meaning_of(refusal).words; }

}  // namespace protocol
