// A daemon that gets no more memory.
#include "busy_house.hpp"
#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/wait.hpp"

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sys/resource.h>

using namespace faults;
using namespace support;

namespace {

std::size_t address_space(pid_t process)
{
    std::ifstream status{"/proc/" + std::to_string(process) + "/status"};
    for (std::string word; status >> word;) {
        std::size_t kib = 0;
        if (word == "VmSize:" && status >> kib) return kib * 1'024;
    }
    throw std::runtime_error{"the process has no memory"};
}

// From now on the daemon gets no more than so many bytes.
void limit_memory(const Daemon& daemon, std::size_t bytes)
{
    const rlimit limit{.rlim_cur = address_space(daemon.pid()) + bytes, .rlim_max = RLIM_INFINITY};
    ::prlimit(daemon.pid(), RLIMIT_AS, &limit, nullptr);
}

constexpr auto last_words = "drinkd: out of memory\n";

// Hundreds of connections, and commands whose replies nobody reads.
void flood(std::uint16_t port)
try {
    constexpr int many = 500;
    std::vector<Connection> connections;
    for (int connection = 0; connection < many; ++connection) {
        connections.emplace_back(port).try_send("STAT\nSTAT\nSTAT\nSTAT\n");
    }
} catch (const std::exception&) {
    // There is no daemon any more.
}

}  // namespace

TEST_CASE("memory: a daemon that gets no more of it loses nothing, whether it serves or ends")
{
    BusyHouse house;
    int ended = 0;
    for (int round = rounds(3); round > 0; --round) {
        limit_memory(house.daemon, any_below(8) * 1'048'576);
        house.drop_until(any_below(100), [&] { flood(house.daemon.sunday_port()); });
        const auto exit_code = house.daemon.kill9();
        if (exit_code != 128 + SIGKILL) {
            ++ended;
            CHECK(exit_code == EXIT_FAILURE);
            CHECK(house.daemon.log().contains(last_words));
        }
        REQUIRE(house.daemon.run({"ledger", "verify"}).exit_code == 0);
        house.daemon.start();
        wait_until_online(house.daemon);
    }
    std::cout << ended << " times out of memory; ";
    house.check_books();
}

TEST_CASE("memory: a password that cannot be compared for lack of it is not called wrong")
{
    Daemon daemon{small_house(), {{.name = "alice", .credits = 250, .password = "right"}}};
    Client alice{daemon.sunday_port()};
    REQUIRE(alice.ask("USER alice").starts_with("OK"));
    constexpr std::size_t too_little_for_argon2id = 32 << 20;
    limit_memory(daemon, too_little_for_argon2id);
    alice.send("PASS right\n");
    CHECK(alice.rest().empty());
    CHECK(daemon.wait_for_end() == EXIT_FAILURE);
    CHECK(daemon.log().ends_with(last_words));
}

TEST_CASE("memory: where there is too little to begin with, the start fails and says why")
{
    Daemon daemon;
    daemon.stop();
    const auto served = run_program(
        {"/bin/sh", "-c", "ulimit -v 65536; exec \"$0\" serve --config \"$1\"", DRINKD_PROGRAM,
         daemon.settings_file()});
    CHECK(served.exit_code == EXIT_FAILURE);
    CHECK(served.err.contains("memory"));
}
