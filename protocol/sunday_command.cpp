#include "protocol/sunday_command.hpp"

#include "protocol/words.hpp"

#include <algorithm>
#include <iterator>

namespace protocol {
namespace {

struct VerbRow {
    std::string_view name;
    Verb verb;
    std::size_t arguments_min;
    std::size_t arguments_max;
};

constexpr VerbRow verbs[] = {
    {"ACCTMGRCHK", Verb::acctmgrchk, 0, 0},
    {"ADDCREDITS", Verb::addcredits, 2, 2},
    {"CODE", Verb::code, 2, 2},
    {"DROP", Verb::drop, 1, 2},
    {"GETBALANCE", Verb::getbalance, 0, 1},
    {"HISTORY", Verb::history, 0, 1},
    {"IBUTTON", Verb::ibutton, 1, 1},
    {"ISVALIDUSER", Verb::isvaliduser, 1, 1},
    {"LOCATION", Verb::location, 0, 0},
    {"LOG", Verb::log, 0, std::string_view::npos},
    {"MACHINE", Verb::machine, 1, 1},
    {"PASS", Verb::pass, 1, 1},
    {"QUERYADMIN", Verb::queryadmin, 0, 1},
    {"QUIT", Verb::quit, 0, 0},
    {"RAND", Verb::rand, 0, 1},
    {"SENDCREDITS", Verb::sendcredits, 2, 2},
    {"SERVERSTAT", Verb::serverstat, 0, 0},
    {"STAT", Verb::stat, 0, 1},
    {"TEMP", Verb::temp, 0, 0},
    {"UPTIME", Verb::uptime, 0, 0},
    {"USER", Verb::user, 1, 1},
    {"VERSION", Verb::version, 0, 0},
    {"WHOAMI", Verb::whoami, 0, 0},
};

std::string_view take_word(std::string_view& rest)
{
    rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
    const auto word = rest.substr(0, rest.find(' '));
    rest.remove_prefix(word.size());
    return word;
}

}  // namespace

bool SundayCommand::argument_count_legal() const
{
    const auto row = std::ranges::find(verbs, verb, &VerbRow::verb);
    return row != std::end(verbs) && argument_count >= row->arguments_min &&
           argument_count <= row->arguments_max;
}

bool SundayCommand::may_lack_line_end() const
{
    return verb != Verb::sendcredits && verb != Verb::addcredits && argument_count_legal();
}

std::optional<SundayCommand> parse_sunday_command(std::string_view line)
{
    const auto name = take_word(line);
    const auto row = std::ranges::find_if(
        verbs, [&](const VerbRow& known) { return equal_ignoring_case(known.name, name); });
    if (row == std::end(verbs)) return std::nullopt;
    SundayCommand command{.verb = row->verb, .text = line};
    for (auto word = take_word(line); !word.empty(); word = take_word(line)) {
        if (command.argument_count < command.arguments.size()) {
            command.arguments[command.argument_count] = word;
        }
        ++command.argument_count;
    }
    return command;
}

}  // namespace protocol
