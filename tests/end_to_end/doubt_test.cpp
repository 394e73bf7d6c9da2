// Drops that were sent and whose outcome is not known.
#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/daemon.hpp"
#include "support/fake_board.hpp"
#include "support/wait.hpp"

using namespace support;

namespace {

const std::vector<Account> members{
    {.name = "alice", .credits = 250}, {.name = "bob", .credits = 250}};

// The board has this long to answer in time, and as long again to answer late.
nlohmann::json house_with_ack_timeout(double seconds)
{
    auto settings = small_house();
    settings["drops"]["ack_timeout_s"] = seconds;
    settings["machines"][0]["slots"][1]["count"] = 5;
    return settings;
}

Client member(const Daemon& daemon, std::string_view name)
{
    Client client{daemon.sunday_port()};
    client.log_in(name);
    return client;
}

void check_left(Client& client, std::string_view slot, std::string_view left)
{
    CHECK(
        client.ask("STAT " + std::string{slot}) ==
        std::string{slot} + " \"Coke\" 50 " + std::string{left} + " 1\n");
    client.line();
}

std::size_t doubts(const Daemon& daemon)
{
    return nlohmann::json::parse(daemon.run({"doubts", "--json"}).out).size();
}

// Leaves a drop of alice in doubt: its board hangs up in the middle of it.
void leave_in_doubt(const Daemon& daemon)
{
    auto board = FakeBoard::online(daemon.boards_port(), "big");
    auto client = member(daemon, "alice");
    client.send("DROP 1\n");
    board.expect("31\n");
    board.reset();
    REQUIRE(client.line().starts_with("ERR 103 "));
}

}  // namespace

TEST_CASE("doubt: a late ack is charged to its own drop and tells nobody anything")
{
    const Daemon daemon{house_with_ack_timeout(1), members};
    auto board = FakeBoard::online(daemon.boards_port(), "big");
    auto late = member(daemon, "alice");
    late.send("DROP 1\n");
    board.expect("31\n");
    auto next = member(daemon, "bob");
    next.send("DROP 2\n");
    REQUIRE(late.line().starts_with("ERR 103 "));

    board.send("4\n");
    board.drop(2, "5\n");
    CHECK(next.line() == "ERR 150 Unable to initialize hardware for drop.\r\n");
    CHECK(next.ask("GETBALANCE") == "OK: 250\r\n");
    CHECK(late.ask("GETBALANCE") == "OK: 200\r\n");
    check_left(late, "1", "12");
    CHECK(doubts(daemon) == 0);
}

TEST_CASE("doubt: a late nack gives the credits and the can back")
{
    const Daemon daemon{house_with_ack_timeout(1), members};
    auto board = FakeBoard::online(daemon.boards_port(), "big");
    auto client = member(daemon, "alice");
    client.send("DROP 1\n");
    board.expect("31\n");
    REQUIRE(client.line().starts_with("ERR 103 "));
    CHECK(client.ask("GETBALANCE") == "OK: 200\r\n");

    board.send("5\n");
    daemon.wait_for_log("drop settled late");
    CHECK(client.ask("GETBALANCE") == "OK: 250\r\n");
    check_left(client, "1", "13");
}

TEST_CASE("doubt: a board that never answers is cut off, and those who waited get 151")
{
    const Daemon daemon{house_with_ack_timeout(0.3), members};
    auto board = FakeBoard::online(daemon.boards_port(), "big");
    auto unanswered = member(daemon, "alice");
    unanswered.send("DROP 1\n");
    board.expect("31\n");
    auto waiting = member(daemon, "bob");
    waiting.send("DROP 2\n");
    CHECK(unanswered.line().starts_with("ERR 103 "));
    CHECK(waiting.line().starts_with("ERR 151 "));
    CHECK(board.rest().empty());
    CHECK(waiting.ask("GETBALANCE") == "OK: 250\r\n");
}

TEST_CASE("doubt: the policy settles it when nobody did")
{
    auto settings = house_with_ack_timeout(0.3);
    settings["drops"]["in_doubt"]["after_s"] = 0.7;
    SECTION("refund: the credits come back, the can is written off")
    {
        settings["drops"]["in_doubt"]["policy"] = "refund";
        const Daemon daemon{settings, members};
        leave_in_doubt(daemon);
        daemon.wait_for_log("doubt settled by the policy");
        auto client = member(daemon, "alice");
        CHECK(client.ask("GETBALANCE") == "OK: 250\r\n");
        check_left(client, "1", "12");
    }
    SECTION("charge: the drop is paid")
    {
        settings["drops"]["in_doubt"]["policy"] = "charge";
        const Daemon daemon{settings, members};
        leave_in_doubt(daemon);
        daemon.wait_for_log("doubt settled by the policy");
        auto client = member(daemon, "alice");
        CHECK(client.ask("GETBALANCE") == "OK: 200\r\n");
        check_left(client, "1", "12");
    }
}

TEST_CASE("doubt: a drop that was open when the daemon died is in doubt and never sent again")
{
    Daemon daemon{house_with_ack_timeout(60), members};
    {
        auto board = FakeBoard::online(daemon.boards_port(), "big");
        auto client = member(daemon, "alice");
        client.send("DROP 1\n");
        board.expect("31\n");
        daemon.kill9();
    }
    daemon.start();
    CHECK(doubts(daemon) == 1);
    CHECK(member(daemon, "alice").ask("GETBALANCE") == "OK: 200\r\n");

    auto board = FakeBoard::online(daemon.boards_port(), "big");
    auto other = member(daemon, "bob");
    other.send("DROP 2\n");
    board.drop(2);
    CHECK(other.line() == "OK:  Dropping drink\r\n");
}

TEST_CASE("doubt: a drop that was still in its delay when the daemon died is in doubt as well")
{
    Daemon daemon{house_with_ack_timeout(60), members};
    {
        const auto board = FakeBoard::online(daemon.boards_port(), "big");
        auto client = member(daemon, "alice");
        client.send("DROP 1 60\n");
        daemon.wait_for_log("drop reserved");
        daemon.kill9();
    }
    daemon.start();
    CHECK(doubts(daemon) == 1);
}

TEST_CASE("doubt: the policy settles also what a restart left in doubt")
{
    auto settings = house_with_ack_timeout(0.3);
    settings["drops"]["in_doubt"]["after_s"] = 0.7;
    Daemon daemon{settings, members};
    {
        const auto board = FakeBoard::online(daemon.boards_port(), "big");
        auto client = member(daemon, "alice");
        client.send("DROP 1 60\n");
        daemon.wait_for_log("drop reserved");
        daemon.kill9();
    }
    daemon.start();
    daemon.wait_for_log("doubt settled by the policy");
    CHECK(member(daemon, "alice").ask("GETBALANCE") == "OK: 250\r\n");
}

TEST_CASE("doubt: an ack on a new connection settles nothing")
{
    const Daemon daemon{house_with_ack_timeout(60), members};
    leave_in_doubt(daemon);
    auto board = FakeBoard::online(daemon.boards_port(), "big");
    board.send("4\n");
    daemon.wait_for_log("stray answer from the board");
    CHECK(doubts(daemon) == 1);
}

TEST_CASE("doubt: once an admin has settled it, the late ack changes nothing but frees the link")
{
    const Daemon daemon{house_with_ack_timeout(2), members};
    auto board = FakeBoard::online(daemon.boards_port(), "big");
    auto client = member(daemon, "alice");
    client.send("DROP 1\n");
    board.expect("31\n");
    const auto reply = client.line();
    REQUIRE(reply.starts_with("ERR 103 "));
    const auto id =
        reply.substr(reply.find("Drop ") + 5, reply.rfind('.') - reply.find("Drop ") - 5);
    REQUIRE(daemon.run({"settle", id, "refund", "--reason", "seen"}).exit_code == 0);
    board.send("4\n");
    daemon.wait_for_log("drop was settled before");
    CHECK(client.ask("GETBALANCE") == "OK: 250\r\n");
    client.send("DROP 2\n");
    board.drop(2);
    CHECK(client.line() == "OK:  Dropping drink\r\n");
}

TEST_CASE("doubt: a daemon that is stopped lets the drop in flight settle")
{
    Daemon daemon{house_with_ack_timeout(60), members};
    auto board = FakeBoard::online(daemon.boards_port(), "big");
    auto client = member(daemon, "alice");
    client.send("DROP 1\n");
    board.expect("31\n");
    daemon.begin_to_stop();
    daemon.wait_for_log("stopping");
    board.send("4\n");
    CHECK(client.rest() == "OK:  Dropping drink\r\n");
    CHECK(daemon.wait_for_end() == 0);
    CHECK(doubts(daemon) == 0);
}
