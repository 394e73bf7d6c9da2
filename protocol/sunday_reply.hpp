#pragma once

#include "protocol/codes.hpp"
#include "protocol/words.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

/// What a Sunday server says, byte for byte in either dialect, and how a client reads it. Each
/// format_ function gives a whole reply, ready for one write. Refusals are in codes.hpp.
namespace protocol {

/// One row of STAT.
struct StatRow {
    SlotNumber slot = 0;
    std::string_view item;  ///< Without double quotes: there is no way to write one.
    Credits price = 0;
    std::int64_t left = 0;  ///< What can be sold.
    std::int64_t sold = 0;  ///< Only classic listeners tell it.
    bool enabled = false;
};

/// One machine of SERVERSTAT.
struct MachineState {
    std::string_view name;
    bool connected = false;
};

/// The first line, sent at once on accept, LF only in both dialects.
std::string format_banner(Dialect dialect, std::string_view machine_name);

/// A success whose text both dialects have in this form: `OK: text` or `OK text`.
std::string format_ok(Dialect dialect, std::string_view text);

std::string format_password_required(Dialect dialect);
std::string format_credits(Dialect dialect, Credits balance);
std::string format_user(Dialect dialect, std::string_view name);
std::string format_machine_selected(Dialect dialect, std::string_view machine_name);
std::string format_stat(Dialect dialect, std::span<const StatRow> rows);
/// `balance` is the spendable one after the drop; only classic tells it.
std::string format_dropped(Dialect dialect, Credits balance);
/// The same of the sender's, after credits were sent.
std::string format_sent(Dialect dialect, Credits balance);
std::string format_known(Dialect dialect, std::string_view name, bool known);
std::string format_admin(Dialect dialect, std::string_view name, bool admin);
std::string format_goodbye(Dialect dialect);
/// Degrees Fahrenheit, four decimals.
std::string format_temperature(Dialect dialect, double fahrenheit);
/// `since` in seconds since 1970, UTC.
std::string format_uptime(Dialect dialect, std::int64_t since);
/// One line of JSON; it has no OK in front.
std::string format_server_state(Dialect dialect, std::span<const MachineState> machines);

/// A reply line as a client of the js dialect takes it.
struct Reply {
    enum class Kind { ok, error, other };
    Kind kind = Kind::other;
    int code = 0;           ///< Only of an error (ERR or WARN).
    std::string_view text;  ///< Behind `OK:`, `OK` or the code, without blanks around it.
};

/// Reads one line of either dialect, without its end. Never fails: what is neither is `other`.
Reply parse_reply(std::string_view line);

/// A row of STAT as a client reads it.
struct ReceivedStatRow {
    SlotNumber slot = 0;
    std::string item;
    Credits price = 0;
    std::int64_t left = 0;
    bool enabled = false;
};

/// Reads a row of STAT of either dialect, or nothing when the line is not one.
std::optional<ReceivedStatRow> parse_stat_row(std::string_view line);

}  // namespace protocol
