// What members see of their own past.
#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/daemon.hpp"
#include "support/fake_board.hpp"

using namespace support;

namespace {

const std::vector<Account> members{
    {.name = "alice", .credits = 250, .password = "right"}, {.name = "bob", .credits = 250}};

Client member(const Daemon& daemon, std::string_view name, std::size_t listener = 0)
{
    Client client{daemon.sunday_port(listener)};
    client.log_in(name);
    return client;
}

// The rows of a reply without their times, and its last line.
std::vector<std::string> history(Client& client, std::string_view command = "HISTORY")
{
    std::vector<std::string> lines{client.ask(command)};
    while (!lines.back().starts_with("OK ")) {
        lines.back().erase(0, lines.back().find(' ') + 1);
        lines.push_back(client.line());
    }
    return lines;
}

// Lets a drop of slot 1 end without an answer of its board; its id.
std::string make_doubt(const Daemon& daemon, Client& client)
{
    auto board = FakeBoard::online(daemon.boards_port(), "big");
    client.send("DROP 1\n");
    board.expect("31\n");
    board.reset();
    const auto reply = client.line();
    const std::string told = "ERR 103 Unknown Failure. Drop ";
    REQUIRE(reply.starts_with(told));
    return reply.substr(told.size(), reply.find('.', told.size()) - told.size());
}

void drop(const Daemon& daemon, Client& client, std::string_view answer)
{
    auto board = FakeBoard::online(daemon.boards_port(), "big");
    client.send("DROP 1\n");
    board.drop(1, answer);
    client.line();
}

}  // namespace

TEST_CASE("history: a member sees their own drops and transfers, the newest first")
{
    const auto listener = GENERATE(0u, 1u);
    const Daemon daemon{small_house(), members};
    auto client = member(daemon, "alice", listener);
    drop(daemon, client, "4\n");
    drop(daemon, client, "5\n");
    REQUIRE(
        daemon.run({"credits", "add", "alice", "-20", "--reason", "a \"broken\" glass"})
            .exit_code == 0);
    const auto lines = history(client);
    REQUIRE(lines.size() == 5);
    CHECK(lines[0] == "transfer -20 \"a 'broken' glass\"\n");
    CHECK(lines[1].ends_with(" d 1 \"Coke\" 50 refused\n"));
    CHECK(lines[2].ends_with(" d 1 \"Coke\" 50 dispensed\n"));
    CHECK(lines[3].starts_with("transfer 250 "));
    CHECK(lines[4] == std::string{"OK 4 Entries retrieved"} + (listener == 0 ? "\r\n" : "\n"));

    auto other = member(daemon, "bob", listener);
    CHECK(history(other).size() == 2);
}

TEST_CASE("history: a drop in doubt has its id, and afterwards what became of it")
{
    const Daemon daemon{small_house(), members};
    auto client = member(daemon, "alice");
    const auto drop = make_doubt(daemon, client);
    CHECK(history(client).front() == "drop " + drop + " d 1 \"Coke\" 50 in_doubt\n");
    REQUIRE(daemon.run({"settle", drop, "refund"}).exit_code == 0);
    CHECK(history(client).front() == "drop " + drop + " d 1 \"Coke\" 50 refunded\n");
}

TEST_CASE("history: as many entries as were asked for, ten when nobody said")
{
    const Daemon daemon{small_house(), members};
    for (int round = 0; round < 10; ++round) {
        REQUIRE(daemon.run({"credits", "add", "alice", "1", "--reason", "x"}).exit_code == 0);
    }
    auto client = member(daemon, "alice");
    CHECK(history(client).back() == "OK 10 Entries retrieved\r\n");
    CHECK(history(client, "HISTORY 3").size() == 4);
    CHECK(history(client, "history 100").back() == "OK 11 Entries retrieved\r\n");
}

TEST_CASE("history: to an account that was locked since its login it is 204")
{
    const Daemon daemon{small_house(), members};
    auto client = member(daemon, "alice");
    REQUIRE(daemon.run({"user", "set", "alice", "--locked", "yes"}).exit_code == 0);
    CHECK(client.ask("HISTORY") == "ERR 204 You need to login.\r\n");
}

TEST_CASE("drink history: shows a doubt with its id, to people and to programs")
{
    const Daemon daemon{small_house(), members};
    auto client = member(daemon, "alice");
    const auto drop = make_doubt(daemon, client);
    const auto drink = [&](std::vector<std::string> arguments) {
        std::vector<std::string> command{
            "/usr/bin/env",
            "DRINK_PASSWORD=right",
            DRINK_PROGRAM,
            "--user",
            "alice",
            "--server",
            "127.0.0.1:" + std::to_string(daemon.sunday_port())};
        command.insert(command.end(), arguments.begin(), arguments.end());
        return run_program(command);
    };
    const auto table = drink({"history"});
    INFO(table.out);
    CHECK(table.exit_code == 0);
    CHECK(table.out.contains("50 held  Coke from d 1, in doubt, drop " + drop + "\n"));

    const auto json = drink({"--json", "history", "--count", "1"});
    const auto entries = nlohmann::json::parse(json.out).at("history");
    REQUIRE(entries.size() == 1);
    CHECK(entries.at(0).at("drop").dump() == drop);
    CHECK(entries.at(0).at("state") == "in_doubt");
}
