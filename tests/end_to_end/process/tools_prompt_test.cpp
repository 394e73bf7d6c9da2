#include "process/cold_house.hpp"
#include "support/catch.hpp"
#include "support/terminal.hpp"

#include <csignal>

using namespace support;

namespace {

std::vector<std::string> user_add(const ColdHouse& house)
{
    return {DRINKD_PROGRAM, "user", "add", "carol", "--config", house.settings_file()};
}

}  // namespace

TEST_CASE("tools: on a terminal a password is asked for twice, and never shown")
{
    const ColdHouse house;
    Terminal terminal{user_add(house)};
    auto screen = terminal.wait_for("Password (Enter for none): ");
    terminal.type("opensesame\n");
    screen += terminal.wait_for("The same again: ");
    terminal.type("opensesame\n");
    screen += terminal.wait_for("carol added with 0 credits");
    CHECK(terminal.wait_for_end() == 0);
    CHECK_FALSE(screen.contains("opensesame"));
    CHECK(terminal.echoes());
    CHECK(account(house, "carol").at("password") == true);
}

TEST_CASE("tools: two passwords that differ open no account")
{
    const ColdHouse house;
    Terminal terminal{user_add(house)};
    terminal.wait_for("Password (Enter for none): ");
    terminal.type("opensesame\n");
    terminal.wait_for("The same again: ");
    terminal.type("opensesam\n");
    terminal.wait_for("drinkd: the two passwords differ");
    CHECK(terminal.wait_for_end() == 1);
    CHECK_FALSE(std::filesystem::exists(house.ledger_file()));
}

TEST_CASE("tools: leaving the password prompt gives the terminal its echo back")
{
    const auto [key, exit_code] = GENERATE(table<std::string, int>({
        {"\x03", 128 + SIGINT},  // Ctrl-C
        {"\x04", 1},             // Ctrl-D
    }));
    const ColdHouse house;
    Terminal terminal{user_add(house)};
    terminal.wait_for("Password (Enter for none): ");
    REQUIRE_FALSE(terminal.echoes());
    terminal.type(key);
    CHECK(terminal.wait_for_end() == exit_code);
    CHECK(terminal.echoes());
    CHECK_FALSE(std::filesystem::exists(house.ledger_file()));
}
