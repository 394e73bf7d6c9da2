// A daemon that has no descriptor left.
#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/daemon.hpp"
#include "support/fake_board.hpp"
#include "support/wait.hpp"

#include <sys/resource.h>

using namespace support;

namespace {

constexpr auto done = "OK:  Dropping drink\r\n";

// The daemon gets no more of something, such as descriptors, until that is given back. What it has
// stays.
class Limit {
public:
    Limit(const Daemon& daemon, __rlimit_resource what) : pid_{daemon.pid()}, what_{what}
    {
        ::prlimit(pid_, what_, nullptr, &before_);
        const rlimit none{.rlim_cur = 0, .rlim_max = before_.rlim_max};
        ::prlimit(pid_, what_, &none, nullptr);
    }
    Limit(const Limit&) = delete;
    void give_back() const { ::prlimit(pid_, what_, &before_, nullptr); }

private:
    pid_t pid_;
    __rlimit_resource what_;
    rlimit before_{};
};

void check_drop(Client& client, FakeBoard& board)
{
    client.send("DROP 1\n");
    board.drop(1);
    CHECK(client.line() == done);
}

}  // namespace

TEST_CASE("descriptors: without any left drops go on, and who is new waits until there are some")
{
    const Daemon daemon{small_house(), {{.name = "alice", .credits = 250}}};
    auto board = FakeBoard::online(daemon.boards_port(), "big");
    Client alice{daemon.sunday_port()};
    alice.log_in("alice");

    const Limit none{daemon, RLIMIT_NOFILE};
    Connection late{daemon.sunday_port()};
    FakeBoard late_board{daemon.boards_port()};
    late_board.send("0little\n");
    daemon.wait_for_log("connections cannot be accepted reason=\"Too many open files\"");
    check_drop(alice, board);
    CHECK(daemon.run({"ledger", "verify"}).exit_code == 0);
    check_drop(alice, board);

    none.give_back();
    CHECK(late.line() == "Welcome to Big Drink\n");
    late_board.expect("1\n");
    check_drop(alice, board);
    CHECK(daemon.status().at("machines").at(1).at("online") == true);
    CHECK(alice.ask("GETBALANCE") == "OK: 100\r\n");
}

TEST_CASE("descriptors: a ledger that fails while there is none left is opened again afterwards")
{
    // What goes over the greatest size of a file is a mere error then.
    const std::vector<std::string> launcher{"/usr/bin/env", "--ignore-signal=XFSZ"};
    const Daemon daemon{small_house(), {{.name = "alice", .credits = 250}}, launcher};
    auto board = FakeBoard::online(daemon.boards_port(), "big");
    Client alice{daemon.sunday_port()};
    alice.log_in("alice");
    Client other{daemon.sunday_port()};
    const auto well = [&] { return other.ask("ACCTMGRCHK").starts_with("OK"); };

    const Limit none{daemon, RLIMIT_NOFILE};
    const Limit broken{daemon, RLIMIT_FSIZE};
    alice.send("DROP 1\n");
    wait_until("the fault to be noticed", [&] { return !well(); });
    broken.give_back();
    CHECK_FALSE(well());

    none.give_back();
    CHECK(alice.line() == "ERR 350 Account server subsystem is not ready.\r\n");
    check_drop(alice, board);
    CHECK(daemon.run({"ledger", "verify"}).exit_code == 0);
}
