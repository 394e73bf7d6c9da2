// DROP with a delay. Delays are whole seconds, so those that have to pass take one.
#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/daemon.hpp"
#include "support/fake_board.hpp"
#include "support/wait.hpp"

using namespace support;

namespace {

const std::vector<Account> members{
    {.name = "alice", .credits = 250}, {.name = "bob", .credits = 250}};

// Logged in, with the machine selected that has sensors.
Client member(const Daemon& daemon, std::string_view name)
{
    Client client{daemon.sunday_port()};
    client.log_in(name);
    client.ask("MACHINE ld");
    return client;
}

}  // namespace

TEST_CASE("delay: the credits and the can are held while it passes")
{
    const Daemon daemon{small_house(), members};
    const auto board = FakeBoard::online(daemon.boards_port(), "little");
    auto delayed = member(daemon, "alice");
    delayed.send("DROP 1 60\n");
    daemon.wait_for_log("drop reserved");

    auto elsewhere = member(daemon, "alice");
    CHECK(elsewhere.ask("GETBALANCE") == "OK: 200\r\n");
    CHECK(elsewhere.ask("STAT 1") == "1 \"Coke\" 50 12 1\n");
    elsewhere.expect("OK 1 Slots retrieved\r\n");
    CHECK(elsewhere.ask("DROP 1").starts_with("WARN 152 "));
}

TEST_CASE("delay: the drop is sent when it is over, behind those that came meanwhile")
{
    const Daemon daemon{small_house(), members};
    auto board = FakeBoard::online(daemon.boards_port(), "little");
    auto delayed = member(daemon, "alice");
    delayed.send("DROP 1 1\n");
    daemon.wait_for_log("drop reserved");
    auto other = member(daemon, "bob");
    other.send("DROP 1\n");
    board.drop(1);
    CHECK(other.line() == "OK:  Dropping drink\r\n");
    board.drop(1);
    CHECK(delayed.line() == "OK:  Dropping drink\r\n");
}

TEST_CASE("delay: a slot that is found empty meanwhile is not dropped from")
{
    const Daemon daemon{small_house(), members};
    auto board = FakeBoard::online(daemon.boards_port(), "little");
    auto client = member(daemon, "alice");
    client.send("DROP 1 1\n");
    daemon.wait_for_log("drop reserved");
    board.send("71 0\n");
    CHECK(client.line() == "ERR 151 Unable to communicate with hardware. Contact an admin.\r\n");
    CHECK(client.ask("GETBALANCE") == "OK: 250\r\n");
}

TEST_CASE("delay: a board that goes offline meanwhile gets nothing when it is back")
{
    const Daemon daemon{small_house(), members};
    auto lost = FakeBoard::online(daemon.boards_port(), "little");
    auto client = member(daemon, "alice");
    client.send("DROP 1 1\n");
    daemon.wait_for_log("drop reserved");
    lost.reset();
    CHECK(client.line().starts_with("ERR 151 "));
    CHECK(client.ask("GETBALANCE") == "OK: 250\r\n");
}

TEST_CASE("delay: a reset connection takes the drop back")
{
    const Daemon daemon{small_house(), members};
    const auto board = FakeBoard::online(daemon.boards_port(), "little");
    auto client = member(daemon, "alice");
    client.send("DROP 1 60\n");
    daemon.wait_for_log("drop reserved");
    client.reset();
    daemon.wait_for_log("state=cancelled");
    CHECK(member(daemon, "alice").ask("GETBALANCE") == "OK: 250\r\n");
}

TEST_CASE("delay: a reset is noticed also behind commands that were sent ahead")
{
    const Daemon daemon{small_house(), members};
    const auto board = FakeBoard::online(daemon.boards_port(), "little");
    auto client = member(daemon, "alice");
    client.send("DROP 1 60\nGETBALANCE\n");
    daemon.wait_for_log("drop reserved");
    client.send("WHOAMI\n");
    client.reset();
    daemon.wait_for_log("state=cancelled");
}

TEST_CASE("delay: an end of file takes nothing back")
{
    const Daemon daemon{small_house(), members};
    auto board = FakeBoard::online(daemon.boards_port(), "little");
    auto client = member(daemon, "alice");
    client.send("DROP 1 1\n");
    client.end_sending();
    board.drop(1);
    CHECK(client.rest() == "OK:  Dropping drink\r\n");
}
