#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/daemon.hpp"
#include "support/fake_board.hpp"
#include "support/wait.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <sys/resource.h>

using namespace support;

namespace {

const std::vector<Account> members{
    {.name = "alice", .credits = 250, .password = "right"}, {.name = "bob", .credits = 250}};

constexpr auto wrong = "ERR 407 Invalid password.\r\n";

std::string attempt(const std::string& name, const std::string& password)
{
    return "USER " + name + "\nPASS " + password + "\n";
}

// One attempt and its answer.
std::string log_in(Connection& client, const std::string& name, const std::string& password)
{
    client.send(attempt(name, password));
    client.expect("OK: \r\n");
    return client.line();
}

// As many wrong passwords as cost nothing.
void use_up_free_attempts(Connection& client, const std::string& name)
{
    for (int time = 0; time < 5; ++time) REQUIRE(log_in(client, name, "guess") == wrong);
}

// The answer to the last of so many attempts at the same time, each on a connection of its own.
std::string last_of_many(const Daemon& daemon, const std::string& name, int count)
{
    std::vector<Client> clients;
    for (int client = 0; client < count; ++client) {
        clients.emplace_back(daemon.sunday_port()).send(attempt(name, "guess"));
        clients.back().expect("OK: \r\n");
    }
    return clients.back().line();
}

// Wrong passwords for many accounts at the same time; nothing of the answers is read.
std::vector<Client> storm_of_guesses(const Daemon& daemon)
{
    std::vector<Client> storm;
    for (int guess = 0; guess < 60; ++guess) {
        storm.emplace_back(daemon.sunday_port())
            .send(attempt("nobody" + std::to_string(guess), "x"));
    }
    return storm;
}

std::size_t count(const std::string& text, const std::string& words)
{
    std::size_t found = 0;
    for (auto at = text.find(words); at != std::string::npos; at = text.find(words, at + 1)) {
        ++found;
    }
    return found;
}

}  // namespace

TEST_CASE("logins: after five wrong passwords the next one is compared after a pause only")
{
    const std::string name = GENERATE("alice", "nobody");
    INFO("the account " << name);
    const Daemon daemon{small_house(), members};
    Client client{daemon.sunday_port()};
    use_up_free_attempts(client, name);
    const auto before = std::chrono::steady_clock::now();
    CHECK(log_in(client, name, "guess") == wrong);
    CHECK(std::chrono::steady_clock::now() - before > std::chrono::milliseconds{700});
}

TEST_CASE("logins: whoever would wait for too long is told when to try again")
{
    const std::string name = GENERATE("alice", "nobody");
    INFO("the account " << name);
    const Daemon daemon{small_house(), members};
    Client client{daemon.sunday_port()};
    use_up_free_attempts(client, name);
    CHECK(last_of_many(daemon, name, 20)
              .starts_with("ERR 407 Invalid password. Too many wrong ones, try again in "));
}

TEST_CASE("logins: many guesses at once are no way around the limit")
{
    const Daemon daemon{small_house(), members};
    CHECK(last_of_many(daemon, "alice", 40).contains("Too many wrong ones"));
}

TEST_CASE("logins: right passwords never count as attempts")
{
    const Daemon daemon{small_house(), members};
    Client client{daemon.sunday_port()};
    for (int login = 0; login < 12; ++login) {
        CHECK(log_in(client, "alice", "right") == "OK: 250\r\n");
    }
}

TEST_CASE("logins: nobody locks a member out from another address")
{
    const Daemon daemon{small_house(), members};
    Client guesser{daemon.sunday_port()};
    use_up_free_attempts(guesser, "alice");
    REQUIRE(last_of_many(daemon, "alice", 20).contains("Too many wrong ones"));
    Connection member{daemon.sunday_port(), "127.0.0.2"};
    member.line();
    CHECK(log_in(member, "alice", "right") == "OK: 250\r\n");
}

TEST_CASE("logins: many right passwords at once never count as attempts")
{
    const Daemon daemon{small_house(), members};
    std::vector<Client> clients;
    for (int login = 0; login < 12; ++login) {
        clients.emplace_back(daemon.sunday_port()).send(attempt("alice", "right"));
    }
    for (auto& client : clients) {
        client.expect("OK: \r\n");
        CHECK(client.line() == "OK: 250\r\n");
    }
}

TEST_CASE("logins: a storm of wrong passwords does not hold up a login from another address")
{
    const Daemon daemon{small_house(), members};
    const auto storm = storm_of_guesses(daemon);
    Connection member{daemon.sunday_port(), "127.0.0.2"};
    member.line();
    CHECK(log_in(member, "alice", "right") == "OK: 250\r\n");
    CHECK(count(daemon.log(), "login refused") < storm.size() / 2);
}

TEST_CASE("logins: a storm of wrong passwords does not hold up another member's drop")
{
    const Daemon daemon{small_house(), members};
    auto board = FakeBoard::online(daemon.boards_port(), "big");
    Client bob{daemon.sunday_port()};
    bob.log_in("bob");
    auto storm = storm_of_guesses(daemon);
    bob.send("DROP 1\n");
    board.drop(1);
    CHECK(bob.line() == "OK:  Dropping drink\r\n");
    CHECK(count(daemon.log(), "login refused") < storm.size());
    for (auto& guesser : storm) {
        guesser.expect("OK: \r\n");
        CHECK(guesser.line() == wrong);
    }
}

TEST_CASE("logins: those that find no place to wait are no failure of the ledger, and fill no log")
{
    auto settings = small_house();
    settings["limits"]["connections_per_address"] = 0;
    settings["log"]["level"] = "debug";
    const Daemon daemon{settings, members};
    std::vector<Client> storm;
    for (int guess = 0; guess < 400; ++guess) {  // 256 may wait.
        storm.emplace_back(daemon.sunday_port())
            .send(attempt("nobody" + std::to_string(guess), "x"));
    }
    daemon.wait_for_log(" debug login turned away ");
    CHECK(count(daemon.log(), " info login turned away ") == 0);
    CHECK(count(daemon.log(), "the ledger cannot write") == 0);
}

TEST_CASE("limits: passwords are compared by a thread that gives way to those that serve drops")
{
    const Daemon daemon;
    const auto priority = [](pid_t thread) {
        return ::getpriority(PRIO_PROCESS, static_cast<id_t>(thread));
    };
    const std::filesystem::path threads{"/proc/" + std::to_string(daemon.pid()) + "/task"};
    wait_until("one to give way", [&] {
        const auto gives_way = [&](const auto& thread) {
            return priority(std::stoi(thread.path().filename())) > priority(daemon.pid());
        };
        return std::ranges::count_if(std::filesystem::directory_iterator{threads}, gives_way) == 1;
    });
}
