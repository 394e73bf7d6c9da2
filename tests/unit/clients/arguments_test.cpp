#include "clients/drink/arguments.hpp"

#include "support/catch.hpp"

#include <cstdlib>
#include <initializer_list>
#include <vector>

using namespace std::chrono_literals;
using drink::Arguments;

namespace {

std::expected<Arguments, clients::EarlyEnd> read(std::initializer_list<const char*> words)
{
    std::vector<const char*> argv{"drink"};
    argv.insert(argv.end(), words);
    return drink::read_arguments(static_cast<int>(argv.size()), argv.data());
}

// An environment variable for as long as this lives.
class Variable {
public:
    Variable(const char* name, const char* value) : name_{name} { setenv(name, value, 1); }
    Variable(const Variable&) = delete;
    Variable& operator=(const Variable&) = delete;
    ~Variable() { unsetenv(name_); }

private:
    const char* name_;
};

}  // namespace

TEST_CASE("arguments: list takes a machine or none")
{
    const auto all = read({"list"});
    REQUIRE(all);
    CHECK_FALSE(std::get<drink::ListCommand>(all->command).machine);
    const auto one = read({"list", "d"});
    REQUIRE(one);
    CHECK(std::get<drink::ListCommand>(one->command).machine == "d");
}

TEST_CASE("arguments: drop takes a machine, a slot and a delay")
{
    const auto arguments = read({"drop", "d", "12", "--delay", "30"});
    REQUIRE(arguments);
    const auto& command = std::get<drink::DropCommand>(arguments->command);
    CHECK(command.machine == "d");
    CHECK(command.slot == 12);
    CHECK(command.delay == 30s);
}

TEST_CASE("arguments: a drop without a delay is now")
{
    const auto arguments = read({"drop", "d", "1"});
    REQUIRE(arguments);
    CHECK(std::get<drink::DropCommand>(arguments->command).delay == 0s);
}

TEST_CASE("arguments: history takes a count, or has ten entries")
{
    const auto arguments = read({"history"});
    REQUIRE(arguments);
    CHECK(std::get<drink::HistoryCommand>(arguments->command).count == 10);
    const auto more = read({"history", "--count", "100"});
    REQUIRE(more);
    CHECK(std::get<drink::HistoryCommand>(more->command).count == 100);
}

TEST_CASE("arguments: send takes a member and how many credits")
{
    const auto arguments = read({"send", "bob", "20"});
    REQUIRE(arguments);
    const auto& command = std::get<drink::SendCommand>(arguments->command);
    CHECK(command.receiver == "bob");
    CHECK(command.credits == 20);
}

TEST_CASE("arguments: the shell logs in only when asked to")
{
    const auto plain = read({"shell"});
    REQUIRE(plain);
    CHECK_FALSE(std::get<drink::ShellCommand>(plain->command).log_in);
    const auto with_login = read({"shell", "--login"});
    REQUIRE(with_login);
    CHECK(std::get<drink::ShellCommand>(with_login->command).log_in);
}

TEST_CASE("arguments: the options of all commands stand before or behind the command")
{
    for (const auto& arguments :
         {read({"--json", "--server", "[::1]:99", "--user", "bob", "balance"}),
          read({"balance", "--json", "--server", "[::1]:99", "--user", "bob"})}) {
        REQUIRE(arguments);
        CHECK(arguments->json);
        CHECK(arguments->server == clients::ServerAddress{"::1", 99});
        CHECK(arguments->user == "bob");
    }
}

TEST_CASE("arguments: without a server it is this computer's, port 4242")
{
    const auto arguments = read({"balance"});
    REQUIRE(arguments);
    CHECK(arguments->server == clients::ServerAddress{"localhost", 4242});
    CHECK(arguments->timeout == 10s);
}

TEST_CASE("arguments: the environment names server and user, the command line overrules it")
{
    const Variable server{"DRINK_SERVER", "far.example.org:7"};
    const Variable user{"DRINK_USER", "alice"};
    const auto from_environment = read({"balance"});
    REQUIRE(from_environment);
    CHECK(from_environment->server == clients::ServerAddress{"far.example.org", 7});
    CHECK(from_environment->user == "alice");
    const auto overruled = read({"--server", "near", "--user", "bob", "balance"});
    REQUIRE(overruled);
    CHECK(overruled->server == clients::ServerAddress{"near", 4242});
    CHECK(overruled->user == "bob");
}

TEST_CASE("arguments: wrong usage ends with exit code 2 and says what is wrong")
{
    for (const auto& arguments :
         {read({}), read({"dance"}), read({"drop", "d"}), read({"drop", "d", "0"}),
          read({"drop", "d", "256"}), read({"drop", "d", "x"}),
          read({"drop", "d", "1", "--delay", "-1"}), read({"--server", "::1", "list"}),
          read({"--timeout", "0", "list"}), read({"list", "d", "e"}),
          read({"history", "--count", "0"}), read({"history", "--count", "101"}),
          read({"send", "bob"}), read({"send", "20", "bob"}), read({"send", "bob", "0"}),
          read({"send", "bob", "-5"}), read({"send", "bob", "1.5"})}) {
        REQUIRE_FALSE(arguments);
        CHECK(arguments.error().exit_code == 2);
        CHECK(arguments.error().text.starts_with("drink: "));
    }
}

TEST_CASE("arguments: a name can not smuggle in a second command")
{
    CHECK_FALSE(read({"drop", "d\nDROP 2", "1"}));
    CHECK_FALSE(read({"list", "d e"}));
    CHECK_FALSE(read({"send", "bob\nQUIT", "1"}));
    CHECK_FALSE(read({"--user", "bob\r\nQUIT", "balance"}));
}

TEST_CASE("arguments: help exits with 0 and shows examples, for each command")
{
    for (const auto* const command : {"list", "drop", "balance", "history", "send", "shell"}) {
        const auto arguments = read({command, "--help"});
        REQUIRE_FALSE(arguments);
        CHECK(arguments.error().exit_code == 0);
        CHECK(arguments.error().text.find("Examples:") != std::string::npos);
    }
    const auto arguments = read({"--help"});
    REQUIRE_FALSE(arguments);
    CHECK(arguments.error().text.find("Exit codes:") != std::string::npos);
}
