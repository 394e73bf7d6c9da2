#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace protocol {

/// The verbs of Sunday: the union of both dialects, and HISTORY, which is drinkd's own.
enum class Verb {
    acctmgrchk = 1,
    addcredits,
    code,
    drop,
    getbalance,
    history,
    ibutton,
    isvaliduser,
    location,
    log,
    machine,
    pass,
    queryadmin,
    quit,
    rand,
    sendcredits,
    serverstat,
    stat,
    temp,
    uptime,
    user,
    version,
    whoami,
};

/// One line of a member's client: a verb and its arguments, as views into the line.
struct SundayCommand {
    Verb verb{};
    /// The first ones; of more only LOG has a use, which takes `text`.
    std::array<std::string_view, 2> arguments{};
    std::size_t argument_count = 0;
    std::string_view text{};  ///< What follows the verb, as it is written.

    /// Whether the number of arguments is one that the verb takes.
    bool argument_count_legal() const;
    /// Whether it may be run without a line end behind it. What gives credits away may not: no old
    /// program sends it so, and what the network cuts would be another sum, or another member's.
    bool may_lack_line_end() const;
};

/// Reads a line without its end. Verbs in any case, arguments separated by blanks. Nothing for a
/// verb that is not in the table; a wrong number of arguments is the caller's to answer, since
/// dialects and verbs differ in what is checked first.
std::optional<SundayCommand> parse_sunday_command(std::string_view line);

}  // namespace protocol
