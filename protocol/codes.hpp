#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace protocol {

/// The two families of Sunday clients. They disagree byte for byte, so a listener speaks one.
enum class Dialect { js, classic };

/// Why something was not done. One name, one meaning, for every front door; the number that a
/// Sunday client sees depends on its dialect (see codes.cpp, the one table).
enum class Refusal {
    slot_empty = 1,
    board_refused,  ///< The board answered that it did not drop, and gave no reason.
    slot_disabled,
    outcome_unknown,  ///< The drop is in doubt.
    no_slot_available,
    no_such_slot,
    machine_offline,    ///< No board is connected, or the drop was not handed to it.
    busy,               ///< This member's drop is under way, or the machine's queue is full.
    board_found_empty,  ///< The board's own sensor said so; it refused.
    board_not_ready,    ///< The board refused: its door is open, or it is out of order.
    motor_jammed,
    motor_not_started,
    motor_failed,
    access_denied,
    user_first,
    wrong_password,  ///< Also an unknown name, a locked or a closed account.
    poor,
    not_logged_in,
    too_many_connections,
    wrong_argument_count,
    unknown_ibutton,
    ibutton_taken,
    ledger_unavailable,
    no_temperature,
    invalid_delay,
    invalid_rand_delay,  ///< Classic servers numbered it otherwise than that of DROP.
    malformed_slot,
    malformed_stat_slot,  ///< The same.
    missing_slot,
    unknown_user,
    no_machine_selected,
    unknown_machine,
    unknown_verb,
    timed_out,
    not_implemented,
    invalid_credits,
    invalid_quantity,
    user_exists,
    unknown_receiver,  ///< Nobody to send credits to.
    own_account,       ///< Credits sent to oneself.
    invalid_amount,    ///< What is sent is not a whole number above zero.
};

/// The text of a code of the Sunday table as that dialect spells it, or nothing for a number that
/// is not in the table. 0 is not: it was free text of one old server and is never sent.
std::optional<std::string_view> code_text(int code, Dialect dialect);

/// The number of a refusal in that dialect.
int code_of(Refusal refusal, Dialect dialect);

/// What a server means by a number, in whichever dialect it has one meaning, or nothing for a
/// number that drinkd does not send.
std::optional<Refusal> find_refusal(int code);

/// A whole reply line: `ERR <code> <text><detail>` and the dialect's line end. `detail` follows the
/// text as it is, so it brings its own blank.
std::string format_refusal(Refusal refusal, Dialect dialect, std::string_view detail = {});

/// A refusal in words for people and logs, such as "the slot is empty".
std::string_view describe(Refusal refusal);

}  // namespace protocol
