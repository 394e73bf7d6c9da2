#include "protocol/sunday_command.hpp"

#include "protocol/words.hpp"
#include "random_text.hpp"
#include "support/catch.hpp"

#include <cctype>
#include <cstddef>
#include <functional>
#include <iterator>
#include <random>
#include <string>
#include <string_view>

using protocol::parse_sunday_command;
using protocol::Verb;

namespace {

struct VerbRow {
    std::string_view name;
    Verb verb;
    std::size_t arguments_min;
    std::size_t arguments_max;
};

constexpr VerbRow verb_table[] = {
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

std::string alternating_case(std::string_view name)
{
    std::string text = protocol::lower_case(name);
    for (std::size_t at = 0; at < text.size(); at += 2) {
        text[at] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[at])));
    }
    return text;
}

bool lies_within(std::string_view part, std::string_view whole)
{
    const std::less_equal<const char*> not_behind;
    return not_behind(whole.data(), part.data()) &&
           not_behind(part.data() + part.size(), whole.data() + whole.size());
}

}  // namespace

TEST_CASE("sunday command: a verb is known in any case")
{
    for (const auto& row : verb_table) {
        for (const auto& name :
             {std::string{row.name}, protocol::lower_case(row.name), alternating_case(row.name)}) {
            CAPTURE(name);
            const auto command = parse_sunday_command(name);
            REQUIRE(command.has_value());
            REQUIRE(command->verb == row.verb);
            REQUIRE(command->argument_count == 0);
        }
    }
}

TEST_CASE("sunday command: each verb takes its number of arguments and no other")
{
    for (const auto& row : verb_table) {
        std::string line{row.name};
        for (std::size_t count = 0; count <= 5; ++count, line += " 1") {
            CAPTURE(line);
            const auto command = parse_sunday_command(line);
            REQUIRE(command.has_value());
            REQUIRE(command->argument_count == count);
            REQUIRE(
                command->argument_count_legal() ==
                (count >= row.arguments_min && count <= row.arguments_max));
        }
    }
}

TEST_CASE("sunday command: arguments come in order and as they were written")
{
    const auto command = parse_sunday_command("drop 1'-- 5X");
    REQUIRE(command.has_value());
    REQUIRE(command->verb == Verb::drop);
    REQUIRE(command->argument_count == 2);
    REQUIRE(command->arguments[0] == "1'--");
    REQUIRE(command->arguments[1] == "5X");
}

TEST_CASE("sunday command: blanks more than needed mean nothing")
{
    const auto command = parse_sunday_command("   DROP   3    0  ");
    REQUIRE(command.has_value());
    REQUIRE(command->verb == Verb::drop);
    REQUIRE(command->argument_count == 2);
    REQUIRE(command->arguments[0] == "3");
    REQUIRE(command->arguments[1] == "0");
}

TEST_CASE("sunday command: a blank behind PASS is not an empty password")
{
    const auto command = parse_sunday_command("PASS ");
    REQUIRE(command.has_value());
    REQUIRE(command->argument_count == 0);
    REQUIRE_FALSE(command->argument_count_legal());
}

TEST_CASE("sunday command: arguments beyond what any verb takes are only counted")
{
    const auto command = parse_sunday_command("DROP 1 2 3 4 5 6");
    REQUIRE(command.has_value());
    REQUIRE(command->argument_count == 6);
    REQUIRE(command->arguments[0] == "1");
    REQUIRE(command->arguments[1] == "2");
}

TEST_CASE("sunday command: the text behind a verb is as it was written")
{
    REQUIRE(parse_sunday_command("log  a  \"b\" c=1 ")->text == "  a  \"b\" c=1 ");
    REQUIRE(parse_sunday_command("LOG")->text.empty());
}

TEST_CASE("sunday command: an absent argument is empty")
{
    const auto command = parse_sunday_command("DROP 1");
    REQUIRE(command.has_value());
    REQUIRE(command->argument_count == 1);
    REQUIRE(command->arguments[1].empty());
}

TEST_CASE("sunday command: a word that is not a verb is no command")
{
    using namespace std::string_view_literals;
    for (const auto line :
         {"FOO"sv, "FOO 1 2"sv, "DRO"sv, "DROPS"sv, "DROP1"sv, "\"DROP\" 1"sv, "1 DROP"sv, "4"sv,
          "STAT\0"sv, "STAT\r"sv, "\xef\xbb\xbfSTAT"sv}) {
        CAPTURE(line);
        REQUIRE_FALSE(parse_sunday_command(line).has_value());
    }
}

TEST_CASE("sunday command: an empty line is no command")
{
    REQUIRE_FALSE(parse_sunday_command("").has_value());
    REQUIRE_FALSE(parse_sunday_command("    ").has_value());
}

TEST_CASE("sunday command: random bytes give no command or one whose arguments lie in the line")
{
    for (unsigned seed = 1; seed <= 2000; ++seed) {
        INFO("seed " << seed);
        std::mt19937 random{seed};
        const auto& row = verb_table[random() % std::size(verb_table)];
        auto line = random_text(random, " DROPdropSTAT01", 40);
        if (random() % 2 == 0) line.insert(0, row.name);
        const auto command = parse_sunday_command(line);
        if (!command) continue;
        for (std::size_t at = 0; at < command->arguments.size(); ++at) {
            const auto argument = command->arguments[at];
            REQUIRE(argument.empty() == (at >= command->argument_count));
            if (!argument.empty()) REQUIRE(lies_within(argument, line));
        }
    }
}
