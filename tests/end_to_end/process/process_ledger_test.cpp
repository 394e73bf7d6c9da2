#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/daemon.hpp"
#include "support/fake_board.hpp"

#include <csignal>
#include <sys/resource.h>

using namespace support;

TEST_CASE("ledger: while its file cannot be written, others are refused, and then all is well")
{
    // What goes over the greatest size of a file is to fail as a broken disk does, without the
    // signal that would end the daemon.
    ::signal(SIGXFSZ, SIG_IGN);
    const Daemon daemon{
        small_house(), {{.name = "alice", .credits = 250}, {.name = "bob", .credits = 250}}};
    auto board = FakeBoard::online(daemon.boards_port(), "big");
    Client alice{daemon.sunday_port()};
    alice.log_in("alice");
    Client bob{daemon.sunday_port()};
    bob.log_in("bob");

    rlimit before{};
    ::prlimit(daemon.pid(), RLIMIT_FSIZE, nullptr, &before);
    const rlimit none{.rlim_cur = 0, .rlim_max = before.rlim_max};
    ::prlimit(daemon.pid(), RLIMIT_FSIZE, &none, nullptr);
    alice.send("DROP 1\n");
    // Not the log: that cannot be written either.
    constexpr auto not_ready = "ERR 350 Account server subsystem is not ready.\r\n";
    while (bob.ask("ACCTMGRCHK") != not_ready) {
    }
    CHECK(bob.ask("DROP 1") == not_ready);

    // Nothing true can be said to alice before the file can be opened again.
    ::prlimit(daemon.pid(), RLIMIT_FSIZE, &before, nullptr);
    CHECK(alice.line() == not_ready);
    alice.send("DROP 1\n");
    board.drop(1);
    CHECK(alice.line() == "OK:  Dropping drink\r\n");
}
