#include "process/cold_house.hpp"
#include "support/catch.hpp"

#include <algorithm>

using namespace support;

namespace {

Finished drinkd(const std::vector<std::string>& arguments)
{
    std::vector<std::string> command{DRINKD_PROGRAM};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return run_program(command);
}

}  // namespace

TEST_CASE("tools: wrong usage is told on standard error, with exit code 2")
{
    using Words = std::vector<std::string>;
    const auto words = GENERATE(
        Words{"fly"}, Words{"--colour"}, Words{"user"}, Words{"user", "add"},
        Words{"user", "fly", "alice"}, Words{"user", "set", "alice", "--admin", "perhaps"},
        Words{"user", "add", "alice", "--credits", "many"},
        Words{"user", "add", "alice", "--credits", "-5"}, Words{"user", "set", "alice"},
        Words{"credits", "add", "alice", "5"},
        Words{"credits", "add", "alice", "1.5", "--reason", "x"}, Words{"settle", "7"},
        Words{"settle", "7", "forget"}, Words{"settle", "seven", "charge"}, Words{"ledger"},
        Words{"ledger", "backup"}, Words{"check-config"});
    std::string line;
    for (const auto& word : words) line += word + ' ';
    INFO(line);
    const auto finished = drinkd(words);
    CHECK(finished.exit_code == 2);
    CHECK(finished.out.empty());
    CHECK_FALSE(finished.err.empty());
}

TEST_CASE("tools: user set that changes nothing says what it could change")
{
    const auto finished = drinkd({"user", "set", "alice"});
    CHECK(finished.exit_code == 2);
    CHECK(finished.err.starts_with(
        "user set: there is nothing to change: give --admin, --locked or --ibutton\n"));
}

TEST_CASE("tools: --help and --version are answered on standard output")
{
    const auto help = drinkd({"--help"});
    CHECK(help.exit_code == 0);
    CHECK(help.err.empty());
    for (const auto* command :
         {"serve", "check-config", "user", "credits", "ledger", "doubts", "settle", "history",
          "status"}) {
        CHECK(help.out.contains(command));
    }
    const auto version = drinkd({"--version"});
    CHECK(version.exit_code == 0);
    CHECK(version.out.starts_with("drinkd "));
}

TEST_CASE("tools: settings that are missing are told in one line by every tool")
{
    using Words = std::vector<std::string>;
    auto words =
        GENERATE(Words{"serve"}, Words{"user", "list"}, Words{"status"}, Words{"ledger", "verify"});
    words.emplace_back("--config");
    words.emplace_back("/nowhere/drinkd.json");
    const auto finished = drinkd(words);
    CHECK(finished.exit_code == 1);
    CHECK(finished.err.starts_with("/nowhere/drinkd.json: $: "));
    CHECK(finished.err.contains("No such file or directory"));
}

TEST_CASE("tools: check-config tells what a good file holds")
{
    const ColdHouse house;
    const auto checked = drinkd({"check-config", house.settings_file()});
    CHECK(checked.out == house.settings_file().string() + ": valid, machines: 2, slots: 6\n");
    CHECK(checked.exit_code == 0);
}

TEST_CASE("tools: check-config finds the mistakes that keep a daemon from starting")
{
    auto settings = small_house();
    settings["machines"][0]["slots"][0]["price"] = -1;
    settings["listen"]["sundae"] = nlohmann::json::array();
    const ColdHouse house{settings};
    const auto checked = drinkd({"check-config", house.settings_file()});
    const auto served = house.serve();
    CHECK(checked.exit_code == 1);
    CHECK(served.exit_code == 1);
    CHECK(checked.err == served.err);
    CHECK(checked.err.contains("$.machines[0].slots[0].price: "));
    CHECK(checked.err.contains("$.listen.sundae: "));
}
