#include "process/either_way.hpp"
#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/fake_board.hpp"

#include <algorithm>
#include <atomic>
#include <future>

using namespace support;

namespace {

const std::vector<Account> alice{{.name = "alice", .credits = 250}};

// What `drinkd ledger verify` says of any file.
Finished verify(const std::filesystem::path& file)
{
    auto settings = small_house();
    settings["ledger"]["sqlite"] = file.string();
    return ColdHouse{settings}.run({"ledger", "verify"});
}

// Something that the tables allow and the rules do not: items that came from nowhere.
void tamper_with(const std::filesystem::path& ledger)
{
    OtherProgram{ledger}.execute("UPDATE slots SET stock = stock + 5 WHERE item = 'Coke'");
}

void give(const Daemon& daemon, const std::string& credits)
{
    REQUIRE(daemon.run({"credits", "add", "alice", credits, "--reason", "test"}).exit_code == 0);
}

}  // namespace

TEST_CASE("tools: ledger verify of a sound ledger says so of every rule")
{
    const EitherWay house{alice};
    const auto verified = house.run({"ledger", "verify"});
    CHECK(verified.out.starts_with("RULE "));
    CHECK_FALSE(verified.out.contains("NO"));
    CHECK(verified.exit_code == 0);
    for (const auto& check : nlohmann::json::parse(house.run({"ledger", "verify", "--json"}).out)) {
        CHECK(check.at("holds") == true);
    }
}

TEST_CASE("tools: ledger verify names the rule that does not hold, and fails")
{
    Daemon daemon{small_house(), alice};
    daemon.stop();
    tamper_with(daemon.folder() / "ledger.db");
    const auto verified = daemon.run({"ledger", "verify"});
    CHECK(verified.out.contains("every stock is what came in less what left  "));
    CHECK(verified.out.contains("NO\n"));
    CHECK(verified.out.contains("every stock is what came in less what left: "));
    CHECK(verified.exit_code == 1);
    const auto as_json = daemon.run({"ledger", "verify", "--json"});
    CHECK(as_json.exit_code == 1);
    bool all_hold = true;
    for (const auto& check : nlohmann::json::parse(as_json.out)) {
        all_hold = all_hold && check.at("holds");
    }
    CHECK_FALSE(all_hold);
}

TEST_CASE("tools: tools that only read do not make a ledger")
{
    const ColdHouse house;
    const std::vector<std::vector<std::string>> commands{
        {"ledger", "verify"}, {"ledger", "backup", "copy.db"}, {"user", "list"}, {"doubts"}};
    for (const auto& command : commands) {
        INFO(command.front());
        const auto refused = house.run(command);
        CHECK(
            refused.err ==
            "drinkd: the ledger " + house.ledger_file().string() + ": there is no such file\n");
        CHECK(refused.exit_code == 1);
    }
    CHECK_FALSE(std::filesystem::exists(house.ledger_file()));
}

TEST_CASE("tools: ledger backup writes one private file that verifies")
{
    const EitherWay house{alice};
    const auto copy = house.folder() / "copy.db";
    const auto backup = house.run({"ledger", "backup", copy});
    CHECK(
        backup.out ==
        copy.string() + ": " + std::to_string(std::filesystem::file_size(copy)) + " bytes\n");
    CHECK(backup.exit_code == 0);
    const auto only_owner =
        std::filesystem::perms::owner_read | std::filesystem::perms::owner_write;
    CHECK(std::filesystem::status(copy).permissions() == only_owner);
    CHECK(verify(copy).exit_code == 0);
}

TEST_CASE("tools: ledger backup never overwrites a file")
{
    const EitherWay house{alice};
    const auto copy = house.folder() / "copy.db";
    REQUIRE(house.run({"ledger", "backup", copy}).exit_code == 0);
    const auto again = house.run({"ledger", "backup", copy});
    CHECK(again.err.ends_with(copy.string() + " exists already; a backup never overwrites\n"));
    CHECK(again.exit_code == 1);
}

TEST_CASE("tools: ledger backup into a folder that is missing says so")
{
    const EitherWay house{alice};
    const auto backup = house.run({"ledger", "backup", house.folder() / "missing" / "copy.db"});
    CHECK(backup.err.ends_with("No such file or directory\n"));
    CHECK(backup.exit_code == 1);
}

TEST_CASE("tools: backups made while drops run verify, each of them")
{
    auto settings = small_house();
    settings["machines"][0]["slots"][0].erase("count");
    const Daemon daemon{settings, {{.name = "alice", .credits = 1'000'000}}};
    std::atomic<bool> done{false};
    auto drops = std::async(std::launch::async, [&] {
        auto board = FakeBoard::online(daemon.boards_port(), "big");
        Client client{daemon.sunday_port()};
        client.log_in("alice");
        int count = 0;
        for (; !done; ++count) {
            client.send("DROP 1\n");
            board.drop(1);
            client.expect("OK:  Dropping drink\r\n");
        }
        return count;
    });
    for (int copy = 0; copy < 5; ++copy) {
        const auto file = daemon.folder() / ("copy" + std::to_string(copy) + ".db");
        CHECK(daemon.run({"ledger", "backup", file}).exit_code == 0);
        CHECK(verify(file).exit_code == 0);
    }
    done = true;
    CHECK(drops.get() > 0);
}

TEST_CASE("tools: ledger restore refuses while a daemon runs")
{
    const Daemon daemon{small_house(), alice};
    const auto copy = daemon.folder() / "copy.db";
    REQUIRE(daemon.run({"ledger", "backup", copy}).exit_code == 0);
    const auto restored = daemon.run({"ledger", "restore", copy});
    CHECK(restored.err.ends_with(": a daemon or another tool is using it: stop it first\n"));
    CHECK(restored.exit_code == 1);
}

TEST_CASE("tools: ledger restore brings back what the backup holds")
{
    Daemon daemon{small_house(), alice};
    const auto copy = daemon.folder() / "copy.db";
    REQUIRE(daemon.run({"ledger", "backup", copy}).exit_code == 0);
    give(daemon, "1000");
    daemon.stop();
    const auto restored = daemon.run({"ledger", "restore", copy});
    CHECK(restored.err.empty());
    CHECK(restored.exit_code == 0);
    CHECK(account(daemon, "alice").at("credits") == 250);
}

TEST_CASE("tools: ledger restore is not undone by a write-ahead log that a crash left")
{
    Daemon daemon{small_house(), alice};
    const auto copy = daemon.folder() / "copy.db";
    REQUIRE(daemon.run({"ledger", "backup", copy}).exit_code == 0);
    give(daemon, "1000");
    daemon.kill9();
    REQUIRE(std::filesystem::file_size(daemon.folder() / "ledger.db-wal") > 0);
    REQUIRE(daemon.run({"ledger", "restore", copy}).exit_code == 0);
    CHECK(account(daemon, "alice").at("credits") == 250);
    CHECK(daemon.run({"ledger", "verify"}).exit_code == 0);

    daemon.start();
    Client client{daemon.sunday_port()};
    client.log_in("alice");
    CHECK(client.ask("GETBALANCE") == "OK: 250\r\n");
}

TEST_CASE("tools: ledger restore makes a ledger that is missing")
{
    const Daemon daemon{small_house(), alice};
    const auto copy = daemon.folder() / "copy.db";
    REQUIRE(daemon.run({"ledger", "backup", copy}).exit_code == 0);
    const ColdHouse house;
    CHECK(house.run({"ledger", "restore", copy}).exit_code == 0);
    CHECK(account(house, "alice").at("credits") == 250);
}

TEST_CASE("tools: ledger restore refuses a backup that breaks a rule, and changes nothing")
{
    Daemon daemon{small_house(), alice};
    const auto copy = daemon.folder() / "copy.db";
    REQUIRE(daemon.run({"ledger", "backup", copy}).exit_code == 0);
    daemon.stop();
    tamper_with(copy);
    const auto restored = daemon.run({"ledger", "restore", copy});
    CHECK(restored.err.contains(
        "the backup breaks a rule (every stock is what came in less what left: "));
    CHECK(restored.err.ends_with("nothing was restored\n"));
    CHECK(restored.exit_code == 1);
    CHECK(account(daemon, "alice").at("credits") == 250);
}

TEST_CASE("tools: ledger restore refuses what is no ledger, and changes nothing")
{
    const ColdHouse house;
    REQUIRE(house.run({"user", "add", "alice", "--credits", "250"}).exit_code == 0);
    house.write("text.db", "This is a text and no database, as anybody can see who reads it.\n");
    OtherProgram{house.folder() / "other.db"}.execute("CREATE TABLE notes (text TEXT)");
    house.write("empty.db", "");
    for (const auto* file : {"text.db", "other.db", "empty.db", "missing.db"}) {
        INFO(file);
        const auto restored = house.run({"ledger", "restore", house.folder() / file});
        CHECK(restored.err.starts_with("drinkd: "));
        CHECK(std::ranges::count(restored.err, '\n') == 1);
        CHECK(restored.exit_code == 1);
    }
    CHECK(account(house, "alice").at("credits") == 250);
}
