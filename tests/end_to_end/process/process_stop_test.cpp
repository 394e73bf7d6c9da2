#include "process/cold_house.hpp"
#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/fake_board.hpp"
#include "support/wait.hpp"

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>
#include <string>
#include <string_view>

using namespace support;

namespace {

const std::vector<Account> alice{{.name = "alice", .credits = 250}};

// The daemon is asked to stop, and has taken note of it. The future is its exit code.
std::future<int> begin_to_stop(Daemon& daemon)
{
    auto exit_code = std::async(std::launch::async, [&daemon] { return daemon.stop(); });
    daemon.wait_for_log("stopping");
    return exit_code;
}

// How many threads of a process a signal could reach.
std::ptrdiff_t threads_that_take(int signal, pid_t pid)
{
    const std::filesystem::path threads{"/proc/" + std::to_string(pid) + "/task"};
    return std::ranges::count_if(
        std::filesystem::directory_iterator{threads}, [signal](const auto& thread) {
            std::ifstream status{thread.path() / "status"};
            const std::string text{std::istreambuf_iterator<char>{status}, {}};
            constexpr std::string_view label = "SigBlk:";
            const auto blocked = std::stoull(text.substr(text.find(label) + label.size()), {}, 16);
            return (blocked >> (signal - 1) & 1) == 0;
        });
}

}  // namespace

TEST_CASE("stop: SIGTERM ends the daemon with exit code 0")
{
    Daemon daemon;
    const auto board = FakeBoard::online(daemon.boards_port(), "big");
    const Client client{daemon.sunday_port()};
    CHECK(daemon.stop() == 0);
    CHECK(daemon.log().contains("stopped"));
}

TEST_CASE("stop: SIGINT ends the daemon like SIGTERM")
{
    auto settings = small_house();
    settings["log"]["level"] = "off";
    const ColdHouse house{settings};
    const auto ready = house.folder() / "ready.json";
    Process daemon{
        {DRINKD_PROGRAM, "--config", house.settings_file(), "--ready-file", ready},
        Process::Streams{}};
    wait_until("the daemon to be ready", [&] { return std::filesystem::exists(ready); });
    daemon.signal(SIGINT);
    CHECK(daemon.wait(patience) == 0);
}

TEST_CASE("stop: no thread is interrupted by the signals, they are read")
{
    auto settings = small_house();
    settings["workers"] = 8;
    const Daemon daemon{settings};
    for (int round = 0; round < 10; ++round) {
        const Client client{daemon.sunday_port()};
        CHECK(threads_that_take(SIGTERM, daemon.pid()) == 0);
        CHECK(threads_that_take(SIGINT, daemon.pid()) == 0);
    }
}

TEST_CASE("stop: SIGINT counts where it was ignored before, as behind a shell's &")
{
    Daemon daemon{small_house(), alice, {"/bin/sh", "-c", "trap '' INT; exec \"$@\"", "sh"}};
    auto board = FakeBoard::online(daemon.boards_port(), "big");
    Client client{daemon.sunday_port()};
    client.log_in("alice");
    client.send("DROP 1\n");
    board.expect("31\n");
    ::kill(daemon.pid(), SIGINT);
    daemon.wait_for_log("stopping");
    ::kill(daemon.pid(), SIGINT);
    CHECK(daemon.wait_for_end() == 128 + SIGINT);
}

TEST_CASE("stop: every connection is closed")
{
    Daemon daemon{small_house(), alice};
    auto board = FakeBoard::online(daemon.boards_port(), "big");
    Client stranger{daemon.sunday_port()};
    Client member{daemon.sunday_port()};
    member.log_in("alice");
    REQUIRE(daemon.stop() == 0);
    CHECK(stranger.rest().empty());
    CHECK(member.rest().empty());
    CHECK(board.rest().empty());
}

TEST_CASE("stop: a drop in its delay is released, and its member told")
{
    Daemon daemon{small_house(), alice};
    auto board = FakeBoard::online(daemon.boards_port(), "big");
    Client client{daemon.sunday_port()};
    client.log_in("alice");
    client.send("DROP 1 60\n");
    daemon.wait_for_log("drop reserved");
    REQUIRE(account(daemon, "alice").at("held") == 50);
    CHECK(daemon.stop() == 0);
    CHECK(client.rest() == "ERR 151 Unable to communicate with hardware. Contact an admin.\r\n");
    CHECK(board.rest().empty());
    CHECK(account(daemon, "alice").at("credits") == 250);
    CHECK(account(daemon, "alice").at("held") == 0);
    CHECK(daemon.run({"ledger", "verify"}).exit_code == 0);
}

TEST_CASE("stop: a drop that waits in the queue is released, and its member told")
{
    Daemon daemon{
        small_house(), {{.name = "alice", .credits = 250}, {.name = "bob", .credits = 250}}};
    auto board = FakeBoard::online(daemon.boards_port(), "big");
    Client first{daemon.sunday_port()};
    first.log_in("alice");
    first.send("DROP 1\n");
    board.expect("31\n");
    Client second{daemon.sunday_port()};
    second.log_in("bob");
    second.send("DROP 1\n");
    wait_until("a drop to be queued", [&] {
        return daemon.status().at("machines").at(0).at("queued") == 1;
    });
    auto exit_code = begin_to_stop(daemon);
    CHECK(second.rest() == "ERR 151 Unable to communicate with hardware. Contact an admin.\r\n");
    board.send("4\n");
    CHECK(exit_code.get() == 0);
    CHECK(board.rest().empty());
    CHECK(account(daemon, "bob").at("credits") == 250);
    CHECK(account(daemon, "alice").at("credits") == 200);
}

TEST_CASE("stop: a drop in flight is waited for, and its member gets the reply")
{
    Daemon daemon{small_house(), alice};
    auto board = FakeBoard::online(daemon.boards_port(), "big");
    Client client{daemon.sunday_port()};
    client.log_in("alice");
    client.send("DROP 1\n");
    board.expect("31\n");
    auto exit_code = begin_to_stop(daemon);
    board.send("4\n");
    CHECK(client.rest() == "OK:  Dropping drink\r\n");
    CHECK(exit_code.get() == 0);
    CHECK(account(daemon, "alice").at("credits") == 200);
    CHECK(daemon.run({"ledger", "verify"}).exit_code == 0);
}

TEST_CASE("stop: a drop that the board does not answer in time is in doubt")
{
    auto settings = small_house();
    settings["drops"]["ack_timeout_s"] = 0.2;
    Daemon daemon{settings, alice};
    auto board = FakeBoard::online(daemon.boards_port(), "big");
    Client client{daemon.sunday_port()};
    client.log_in("alice");
    client.send("DROP 1\n");
    board.expect("31\n");
    CHECK(daemon.stop() == 0);
    CHECK(client.rest().starts_with("ERR 103 Unknown Failure. Drop "));
    CHECK(nlohmann::json::parse(daemon.run({"doubts", "--json"}).out).size() == 1);
    CHECK(account(daemon, "alice").at("held") == 50);
}

TEST_CASE("stop: nobody new is let in while a drop in flight is waited for")
{
    Daemon daemon{small_house(), alice};
    auto board = FakeBoard::online(daemon.boards_port(), "big");
    Client client{daemon.sunday_port()};
    client.log_in("alice");
    client.send("DROP 1\n");
    board.expect("31\n");
    auto exit_code = begin_to_stop(daemon);
    for (const auto port : {daemon.sunday_port(), daemon.boards_port()}) {
        wait_until("connections to be refused", [&] {
            try {
                const Connection late{port};
            } catch (const std::system_error&) {
                return true;
            }
            return false;
        });
    }
    board.send("4\n");
    CHECK(exit_code.get() == 0);
}

TEST_CASE("stop: a client that does not read is not waited for")
{
    Daemon daemon;
    Client client{daemon.sunday_port()};
    std::string commands;
    for (int command = 0; command < 1'000; ++command) commands += "STAT\n";
    client.flood(commands);
    CHECK(daemon.stop() == 0);
    CHECK(daemon.log().contains("reason=\"the daemon is stopping\""));
}

TEST_CASE("stop: logins that wait for their turn are not waited for")
{
    auto settings = small_house();
    settings["drops"]["ack_timeout_s"] = 0.2;
    Daemon daemon{settings};
    std::vector<Client> clients;
    for (int login = 0; login < 200; ++login) {
        auto& client = clients.emplace_back(daemon.sunday_port());
        client.send("USER nobody" + std::to_string(login) + "\nPASS guess\n");
        client.expect("OK: \r\n");
    }
    CHECK(daemon.stop() == 0);
    CHECK(clients.back().rest() == "ERR 350 Account server subsystem is not ready.\r\n");
}

TEST_CASE("stop: a login that waits after wrong passwords is not waited for")
{
    auto settings = small_house();
    settings["drops"]["ack_timeout_s"] = 0.2;
    Daemon daemon{settings, alice};
    Client guesser{daemon.sunday_port()};
    for (int guess = 0; guess < 5; ++guess) {
        guesser.send("USER nobody\nPASS guess\n");
        guesser.expect("OK: \r\nERR 407 Invalid password.\r\n");
    }
    // Their pauses are 0 to 8 s, in whichever order they come.
    std::vector<Client> clients;
    for (int login = 0; login < 9; ++login) {
        auto& client = clients.emplace_back(daemon.sunday_port());
        client.send("USER nobody\nPASS guess\n");
        client.expect("OK: \r\n");
    }
    CHECK(daemon.stop() == 0);
    CHECK(std::ranges::any_of(clients, [](Client& client) {
        return client.rest() == "ERR 350 Account server subsystem is not ready.\r\n";
    }));
}

TEST_CASE("stop: a second signal ends the daemon at once, and its drop is in doubt")
{
    Daemon daemon{small_house(), alice};
    auto board = FakeBoard::online(daemon.boards_port(), "big");
    Client client{daemon.sunday_port()};
    client.log_in("alice");
    client.send("DROP 1\n");
    board.expect("31\n");
    auto exit_code = begin_to_stop(daemon);
    ::kill(daemon.pid(), SIGTERM);
    CHECK(exit_code.get() == 128 + SIGTERM);
    daemon.start();
    CHECK(nlohmann::json::parse(daemon.run({"doubts", "--json"}).out).size() == 1);
}
