// Boards that speak tini 2, and what becomes of their drops.
#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/daemon.hpp"
#include "support/fake_board.hpp"
#include "support/wait.hpp"

using namespace support;

namespace {

const std::vector<Account> members{
    {.name = "alice", .credits = 250, .password = "right"}, {.name = "bob", .credits = 250}};

nlohmann::json house()
{
    auto settings = small_house();
    settings["machines"][0]["slots"][1]["count"] = 5;
    return settings;
}

Client member(const Daemon& daemon, std::string_view name = "alice")
{
    Client client{daemon.sunday_port()};
    client.log_in(name);
    return client;
}

// Logs in with the offer, which is taken, and says the first line.
FakeBoard online(const Daemon& daemon)
{
    FakeBoard board{daemon.boards_port()};
    board.send("0big 2\n");
    board.expect("1 2\n");
    board.send("71 1`2 1\n");
    return board;
}

// Takes the command of a drop from that slot, and gives the id that it carries.
std::string take_drop(FakeBoard& board, int slot = 1)
{
    const auto line = board.line();
    const auto start = "3 " + std::to_string(slot) + " ";
    INFO("the board got " << line);
    REQUIRE(line.starts_with(start));
    const auto id = line.substr(start.size(), line.size() - start.size() - 1);
    REQUIRE(line == start + id + "\n");
    REQUIRE(std::stoll(id) > 0);
    return id;
}

// Leaves a drop of alice to be asked about: the link breaks in its middle.
std::string lose_a_drop(const Daemon& daemon)
{
    auto board = online(daemon);
    auto client = member(daemon);
    client.send("DROP 1\n");
    auto id = take_drop(board);
    board.reset();
    REQUIRE(client.line().starts_with("ERR 103 "));
    return id;
}

std::size_t doubts(const Daemon& daemon)
{
    return nlohmann::json::parse(daemon.run({"doubts", "--json"}).out).size();
}

// The next drop of the machine, which a board gets only when it was asked about everything.
void check_next_drop(const Daemon& daemon, FakeBoard& board)
{
    auto client = member(daemon, "bob");
    client.send("DROP 2\n");
    const auto id = take_drop(board, 2);
    board.send("4 " + id + "\n");
    CHECK(client.line() == "OK:  Dropping drink\r\n");
}

}  // namespace

TEST_CASE("tini 2: an ack with the drop's id charges it, a nack with its id does not")
{
    const Daemon daemon{house(), members};
    auto board = online(daemon);
    auto client = member(daemon);
    client.send("DROP 1\n");
    const auto first = take_drop(board);
    board.send("4 " + first + "\n71 1`2 1\n");
    CHECK(client.line() == "OK:  Dropping drink\r\n");
    CHECK(client.ask("GETBALANCE") == "OK: 200\r\n");

    client.send("DROP 2\n");
    const auto second = take_drop(board, 2);
    CHECK(std::stoll(second) > std::stoll(first));
    board.send("5 " + second + " jammed\n71 1`2 1\n");
    CHECK(client.line() == "ERR 150 Unable to initialize hardware for drop.\r\n");
    CHECK(client.ask("GETBALANCE") == "OK: 200\r\n");
    CHECK(doubts(daemon) == 0);
}

TEST_CASE("tini 2: each reason has its code for classic members, and is 150 for js members")
{
    struct Row {
        std::string_view reason;
        std::string_view classic;
    };
    const auto row = GENERATE(
        Row{"", "101"}, Row{" empty", "100"}, Row{" not-ready", "150"}, Row{" jammed", "175"},
        Row{" no-start", "176"}, Row{" motor", "177"}, Row{" bored", "101"});
    const Daemon daemon{house(), members};
    auto board = online(daemon);
    const auto refuse = [&] {
        const auto id = take_drop(board);
        board.send("5 " + id + std::string{row.reason} + "\n");
    };
    CAPTURE(row.reason);
    auto js = member(daemon);
    js.send("DROP 1\n");
    refuse();
    CHECK(js.line().starts_with("ERR 150 "));

    Client classic{daemon.sunday_port(1)};
    classic.ask("USER alice");
    classic.ask("PASS right");
    classic.send("DROP 1\n");
    refuse();
    CHECK(classic.line().starts_with("ERR " + std::string{row.classic} + " "));
}

TEST_CASE("tini 2: after a lost link the board is asked first, and its answer settles the drop")
{
    struct Row {
        std::string_view answer;
        std::string_view balance;
    };
    const auto row = GENERATE(
        Row{"done", "OK: 200\r\n"}, Row{"refused", "OK: 250\r\n"},
        Row{"refused motor", "OK: 250\r\n"}, Row{"unseen", "OK: 250\r\n"});
    const Daemon daemon{house(), members};
    const auto id = lose_a_drop(daemon);
    CAPTURE(row.answer);

    auto board = online(daemon);
    board.expect("A " + id + "\n");
    board.send("A " + id + " " + std::string{row.answer} + "\n");
    check_next_drop(daemon, board);
    daemon.wait_for_log("drop settled late");
    CHECK(member(daemon).ask("GETBALANCE") == row.balance);
    CHECK(doubts(daemon) == 0);
}

TEST_CASE("tini 2: what the board does not know stays in doubt and is not asked again")
{
    Daemon daemon{house(), members};
    const auto id = lose_a_drop(daemon);
    auto board = online(daemon);
    board.expect("A " + id + "\n");
    board.send("A " + id + " unknown\n");
    check_next_drop(daemon, board);
    CHECK(doubts(daemon) == 1);
    SECTION("on the next link")
    {
        auto next = online(daemon);
        check_next_drop(daemon, next);
    }
    SECTION("after a restart")
    {
        REQUIRE(daemon.stop() == 0);
        daemon.start();
        auto next = online(daemon);
        check_next_drop(daemon, next);
    }
    CHECK(doubts(daemon) == 1);
}

TEST_CASE("tini 2: a daemon that was killed in a drop asks its board before it sends another")
{
    Daemon daemon{house(), members};
    std::string id;
    {
        auto board = online(daemon);
        auto client = member(daemon);
        client.send("DROP 1\n");
        id = take_drop(board);
        daemon.kill9();
    }
    daemon.start();
    auto board = online(daemon);
    board.expect("A " + id + "\n");
    board.send("A " + id + " done\n");
    check_next_drop(daemon, board);
    daemon.wait_for_log("drop settled late");
    CHECK(member(daemon).ask("GETBALANCE") == "OK: 200\r\n");
}

TEST_CASE("tini 2: a question that is not answered in time ends the link, and is asked again")
{
    auto settings = house();
    settings["drops"]["ack_timeout_s"] = 0.3;
    const Daemon daemon{settings, members};
    const auto id = lose_a_drop(daemon);
    for (int link = 0; link < 2; ++link) {
        auto board = online(daemon);
        CHECK(board.rest() == "A " + id + "\n");
    }
}

TEST_CASE("tini 2: a drop that was sent without an id is never asked about")
{
    Daemon daemon{house(), members};
    {
        auto board = FakeBoard::online(daemon.boards_port(), "big");
        auto client = member(daemon);
        client.send("DROP 1\n");
        board.expect("31\n");
        daemon.kill9();
    }
    daemon.start();
    auto board = online(daemon);
    check_next_drop(daemon, board);
    CHECK(doubts(daemon) == 1);
}

TEST_CASE("tini 2: the policy settles what was sent plainly, and never what was sent with an id")
{
    auto settings = house();
    settings["drops"]["ack_timeout_s"] = 0.3;
    settings["drops"]["in_doubt"]["after_s"] = 0.7;
    const Daemon daemon{settings, members};
    lose_a_drop(daemon);
    // The later of the two: when its time has passed, that of the first has too.
    auto board = FakeBoard::online(daemon.boards_port(), "big");
    auto client = member(daemon, "bob");
    client.send("DROP 1\n");
    board.expect("31\n");
    board.reset();
    REQUIRE(client.line().starts_with("ERR 103 "));
    daemon.wait_for_log("doubt settled by the policy");
    CHECK(client.ask("GETBALANCE") == "OK: 250\r\n");
    CHECK(member(daemon).ask("GETBALANCE") == "OK: 200\r\n");
    CHECK(doubts(daemon) == 1);
}

TEST_CASE("tini 2: a password that ends as an offer does is that of a plain board")
{
    auto settings = house();
    settings["machines"][0]["board"]["password"] = "big 2";
    const Daemon daemon{settings, members};
    auto board = FakeBoard::online(daemon.boards_port(), "big 2");
    auto client = member(daemon);
    client.send("DROP 1\n");
    board.drop(1);
    CHECK(client.line() == "OK:  Dropping drink\r\n");

    FakeBoard offering{daemon.boards_port()};
    offering.send("0big 2 2\n");
    offering.expect("1 2\n");
}

TEST_CASE("tini 2: an offer behind a wrong password is refused")
{
    const Daemon daemon;
    FakeBoard board{daemon.boards_port()};
    CHECK(board.log_in("bag 2") == "2\n");
    CHECK(board.rest().empty());
}

TEST_CASE("tini 2: an answer without its id settles nothing")
{
    const Daemon daemon{house(), members};
    auto board = online(daemon);
    auto client = member(daemon);
    client.send("DROP 1\n");
    const auto id = take_drop(board);
    board.send("5\n5 1\n4 " + id + "\n");
    CHECK(client.line() == "OK:  Dropping drink\r\n");
}

TEST_CASE("tini 2: the plain board's answers may not carry an id")
{
    const Daemon daemon{house(), members};
    auto board = FakeBoard::online(daemon.boards_port(), "big");
    auto client = member(daemon);
    client.send("DROP 1\n");
    board.expect("31\n");
    board.send("5 7\n4\n");
    CHECK(client.line() == "OK:  Dropping drink\r\n");
}
