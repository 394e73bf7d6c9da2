// The relay of drink-bench, line by line.
#include "relay_process.hpp"
#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/fake_board.hpp"
#include "support/wait.hpp"

#include <algorithm>
#include <csignal>
#include <string>

using namespace support;

namespace {

// A member at the machine with that number.
Client member_at(const RelayProcess& relay, int machine)
{
    Client member{relay.members_port()};
    REQUIRE(member.ask("USER anybody") == "OK: \r\n");
    REQUIRE(member.ask("PASS anything") == "OK: 250\r\n");
    REQUIRE(member.ask("MACHINE m" + std::to_string(machine)).starts_with("OK: "));
    return member;
}

FakeBoard board_of(const RelayProcess& relay, int machine)
{
    FakeBoard board{relay.boards_port()};
    REQUIRE(board.log_in("bench-" + std::to_string(machine)) == "1\n");
    return board;
}

// A drop has no reply yet, so something behind it has to have one.
void wait_until_read(Client& member) { REQUIRE(member.ask("USER anybody") == "OK: \r\n"); }

}  // namespace

TEST_CASE("relay: a drop goes to the board with the machine's number, and the answer back")
{
    const RelayProcess relay;
    auto board = board_of(relay, 7);
    auto other = board_of(relay, 8);
    auto member = member_at(relay, 7);
    member.send("DROP 3\n");
    board.drop(3);
    CHECK(member.line() == "OK:  Dropping drink\r\n");
    member.send("DROP 4 0\n");
    board.drop(4, "5\n");
    CHECK(member.line().starts_with("ERR 150 "));
}

TEST_CASE("relay: a board that offers tini 2 is served plainly")
{
    const RelayProcess relay;
    FakeBoard board{relay.boards_port()};
    CHECK(board.log_in("bench-7 2") == "1\n");
    auto member = member_at(relay, 7);
    member.send("DROP 1\n");
    board.drop(1);
    CHECK(member.line() == "OK:  Dropping drink\r\n");
}

TEST_CASE("relay: a board has one drop at a time, and the others in the order they came in")
{
    const RelayProcess relay;
    auto board = board_of(relay, 0);
    auto first = member_at(relay, 0);
    auto second = member_at(relay, 0);
    auto third = member_at(relay, 0);
    first.send("DROP 1\n");
    board.expect("31\n");
    second.send("DROP 2\n");
    wait_until_read(second);  // Before the third's is sent.
    third.send("DROP 3\n");
    wait_until_read(third);
    board.send("4\n");
    board.drop(2);
    board.drop(3);
    CHECK(first.line() == "OK:  Dropping drink\r\n");
}

TEST_CASE("relay: a member's second drop is refused while its first is under way")
{
    const RelayProcess relay;
    auto board = board_of(relay, 0);
    auto member = member_at(relay, 0);
    member.send("DROP 1\n");
    CHECK(member.ask("DROP 1").starts_with("WARN 152 "));
    board.drop(1);
    CHECK(member.line() == "OK:  Dropping drink\r\n");
}

TEST_CASE("relay: a member who leaves takes back a drop that waits, and not one that was sent")
{
    const RelayProcess relay;
    auto board = board_of(relay, 0);
    auto stays = member_at(relay, 0);
    {
        auto leaves = member_at(relay, 0);
        leaves.send("DROP 1\n");
        board.expect("31\n");
        auto waits = member_at(relay, 0);
        waits.send("DROP 2\n");
        wait_until_read(waits);
        leaves.send("QUIT\n");
        waits.send("QUIT\n");
        CHECK(leaves.rest() == "Good Bye\r\n");
        CHECK(waits.rest().ends_with("Good Bye\r\n"));
    }
    stays.send("DROP 3\n");
    wait_until_read(stays);
    board.send("4\n");
    board.drop(3);
    CHECK(stays.line() == "OK:  Dropping drink\r\n");
}

TEST_CASE("relay: without a board a drop is refused, and one that was with it is lost with it")
{
    const RelayProcess relay;
    auto member = member_at(relay, 0);
    auto behind = member_at(relay, 0);
    CHECK(member.ask("DROP 1").starts_with("ERR 151 "));
    {
        auto board = board_of(relay, 0);
        member.send("DROP 1\n");
        board.expect("31\n");
        behind.send("DROP 1\n");
        wait_until_read(behind);
    }
    CHECK(member.line().starts_with("ERR 103 "));
    CHECK(behind.line().starts_with("ERR 151 "));
    CHECK(member.ask("DROP 1").starts_with("ERR 151 "));
}

TEST_CASE("relay: STAT has ten slots in one reply")
{
    const RelayProcess relay;
    Client member{relay.members_port()};
    member.send("STAT\n");
    const auto reply = member.reply();
    CHECK(std::ranges::count(reply, '\n') == 11);
    CHECK(reply.ends_with("OK 10 Slots retrieved\r\n"));
}

TEST_CASE("relay: lines come in pieces, and what is none of the protocol is refused")
{
    const RelayProcess relay;
    Client member{relay.members_port()};
    member.send("US");
    member.send("ER anybody\r");
    member.send("\n");
    CHECK(member.line() == "OK: \r\n");
    CHECK(member.ask("DANCE").starts_with("ERR 415 "));
}

TEST_CASE("relay: stops at a signal")
{
    RelayProcess relay;
    auto member = member_at(relay, 0);
    relay.process().signal(SIGTERM);
    CHECK(relay.process().wait(patience) == 0);
}

TEST_CASE("relay: a port that is taken is told")
{
    const RelayProcess relay;
    const auto finished = run_program(
        {DRINK_BENCH_PROGRAM, "relay", "--members-port", std::to_string(relay.members_port())});
    CHECK(finished.exit_code == 1);
    CHECK(finished.err.contains("Address already in use"));
}
