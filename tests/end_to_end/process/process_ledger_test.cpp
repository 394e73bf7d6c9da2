#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/daemon.hpp"
#include "support/fake_board.hpp"
#include "support/wait.hpp"

#include <csignal>
#include <sys/resource.h>

using namespace support;

namespace {

// What goes over the greatest size of a file fails as a broken disk does, but for the signal that
// would end the daemon: it is ignored here, and then by the programs that are started meanwhile.
class BrokenDisk {
public:
    BrokenDisk() : signal_before_{::signal(SIGXFSZ, SIG_IGN)} {}
    BrokenDisk(const BrokenDisk&) = delete;
    ~BrokenDisk() { ::signal(SIGXFSZ, signal_before_); }

    void breaks(const Daemon& daemon)
    {
        ::prlimit(daemon.pid(), RLIMIT_FSIZE, nullptr, &before_);
        const rlimit none{.rlim_cur = 0, .rlim_max = before_.rlim_max};
        ::prlimit(daemon.pid(), RLIMIT_FSIZE, &none, nullptr);
    }
    void heals(const Daemon& daemon) { ::prlimit(daemon.pid(), RLIMIT_FSIZE, &before_, nullptr); }

private:
    void (*signal_before_)(int);
    rlimit before_{};
};

constexpr auto not_ready = "ERR 350 Account server subsystem is not ready.\r\n";

// Not looked up in the log: that cannot be written either.
void wait_until_noticed(Client& client)
{
    wait_until("the fault to be noticed", [&] { return client.ask("ACCTMGRCHK") == not_ready; });
}

}  // namespace

TEST_CASE("ledger: while its file cannot be written, others are refused, and then all is well")
{
    BrokenDisk disk;
    const Daemon daemon{
        small_house(), {{.name = "alice", .credits = 250}, {.name = "bob", .credits = 250}}};
    auto board = FakeBoard::online(daemon.boards_port(), "big");
    Client alice{daemon.sunday_port()};
    alice.log_in("alice");
    Client bob{daemon.sunday_port()};
    bob.log_in("bob");

    disk.breaks(daemon);
    alice.send("DROP 1\n");
    wait_until_noticed(bob);
    CHECK(bob.ask("DROP 1") == not_ready);

    // Nothing true can be said to alice before the file can be opened again.
    disk.heals(daemon);
    CHECK(alice.line() == not_ready);
    alice.send("DROP 1\n");
    board.drop(1);
    CHECK(alice.line() == "OK:  Dropping drink\r\n");
}

TEST_CASE("ledger: a change of unknown fate that nobody waits for does not keep the daemon")
{
    BrokenDisk disk;
    auto settings = small_house();
    settings["drops"]["ack_timeout_s"] = 0.2;
    Daemon daemon{settings};
    auto board = FakeBoard::online(daemon.boards_port(), "big");
    {
        Client client{daemon.sunday_port()};
        disk.breaks(daemon);
        board.send("838.75\n");
        wait_until_noticed(client);
    }
    CHECK(daemon.stop() == 1);
}
