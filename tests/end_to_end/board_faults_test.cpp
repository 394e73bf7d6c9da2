// What boards do, by design or by fault, and what must come of it.
#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/daemon.hpp"
#include "support/fake_board.hpp"
#include "support/wait.hpp"

using namespace support;

namespace {

const std::vector<Account> members{
    {.name = "alice", .credits = 250}, {.name = "bob", .credits = 250}};

constexpr std::string_view offline =
    "ERR 151 Unable to communicate with hardware. Contact an admin.\r\n";

// Logged in, with the machine selected that has sensors.
Client member(const Daemon& daemon, std::string_view name = "alice")
{
    Client client{daemon.sunday_port()};
    client.log_in(name);
    client.ask("MACHINE ld");
    return client;
}

void check_drop_works(Client& client, FakeBoard& board)
{
    client.send("DROP 1\n");
    board.drop(1);
    CHECK(client.line() == "OK:  Dropping drink\r\n");
}

// The rows of STAT of the machine with sensors, without the last line.
std::string rows(Client& client)
{
    client.send("STAT\n");
    auto text = client.line();
    text += client.line();
    client.expect("OK 2 Slots retrieved\r\n");
    return text;
}

void wait_for_rows(Client& client, std::string_view expected)
{
    std::string seen;
    try {
        wait_until("the slots to be shown", [&] {
            seen = rows(client);
            return seen == expected;
        });
    } catch (const std::runtime_error&) {
        CHECK(seen == expected);
    }
}

}  // namespace

TEST_CASE("board: both spellings of the login are taken")
{
    const Daemon daemon;
    const auto spelling = GENERATE(Spelling::tini, Spelling::simulator);
    FakeBoard board{daemon.boards_port()};
    CHECK(board.log_in("little", spelling) == "1\n");
}

TEST_CASE("board: a wrong password is answered 2, and the connection closed")
{
    const Daemon daemon;
    FakeBoard board{daemon.boards_port()};
    CHECK(board.log_in("lttle") == "2\n");
    CHECK(board.rest().empty());
}

TEST_CASE("board: the right password from the wrong address is answered 2")
{
    auto settings = small_house();
    settings["machines"][1]["board"]["addresses"] = {"127.0.0.77/32"};
    const Daemon daemon{settings};
    FakeBoard elsewhere{daemon.boards_port()};
    CHECK(elsewhere.log_in("little") == "2\n");
    FakeBoard board{daemon.boards_port(), "127.0.0.77"};
    CHECK(board.log_in("little") == "1\n");
}

TEST_CASE("board: before its login it gets nothing, and what it says is not believed")
{
    const Daemon daemon{small_house(), members};
    auto client = member(daemon);
    FakeBoard silent{daemon.boards_port()};
    CHECK(client.ask("DROP 1") == offline);
    INFO("the first bytes are the answer to the login");
    CHECK(silent.log_in("little") == "1\n");

    FakeBoard impostor{daemon.boards_port()};
    impostor.send("71 0\n");
    CHECK(impostor.rest() == "2\n");
    CHECK(rows(client) == "1 \"Coke\" 50 13 1\n2 \"Dr. Pepper\" 50 0 1\n");
}

TEST_CASE("board: a drop is 3, the slot and LF, and nothing else is sent")
{
    auto settings = small_house();
    settings["machines"][1]["slots"].push_back(
        {{"number", 255}, {"item", "Rare"}, {"price", 0}, {"count", 1}});
    const Daemon daemon{settings, members};
    auto board = FakeBoard::online(daemon.boards_port(), "little");
    auto client = member(daemon);
    client.send("DROP 1\nDROP 255\nQUIT\n");
    CHECK(board.reply() == "31\n");
    board.send("4\n");
    CHECK(board.reply() == "3255\n");
    board.send("4\n");
    CHECK(client.rest() == "OK:  Dropping drink\r\nOK:  Dropping drink\r\nGood Bye\r\n");
}

TEST_CASE("board: one that says nothing after its login gets its drops all the same")
{
    const Daemon daemon{small_house(), members};
    FakeBoard board{daemon.boards_port()};
    REQUIRE(board.log_in("little") == "1\n");
    auto client = member(daemon);
    check_drop_works(client, board);
}

TEST_CASE("board: a status, a temperature or a keep-alive never completes a drop")
{
    const Daemon daemon{small_house(), members};
    auto board = FakeBoard::online(daemon.boards_port(), "little");
    auto client = member(daemon);
    client.send("DROP 1\n");
    board.expect("31\n");
    board.send("71 0\n71 1`2 1\n838.75\n9\n");
    board.send("5\n");
    CHECK(client.line() == "ERR 150 Unable to initialize hardware for drop.\r\n");
    CHECK(client.ask("GETBALANCE") == "OK: 250\r\n");
    check_drop_works(client, board);
}

TEST_CASE("board: an ack and the status behind it in one segment are both taken")
{
    const Daemon daemon{small_house(), members};
    auto board = FakeBoard::online(daemon.boards_port(), "little");
    auto client = member(daemon);
    client.send("DROP 1\n");
    board.drop(1, "4\n71 1`2 1\n");
    CHECK(client.line() == "OK:  Dropping drink\r\n");
    wait_for_rows(client, "1 \"Coke\" 50 12 1\n2 \"Dr. Pepper\" 50 1 1\n");
}

TEST_CASE("board: lines that come in many segments are put together")
{
    const Daemon daemon{small_house(), members};
    FakeBoard board{daemon.boards_port()};
    const auto send_bytewise = [&](std::string_view bytes) {
        for (const char byte : bytes) board.send({&byte, 1});
    };
    send_bytewise("0little\n");
    board.expect("1\n");
    send_bytewise("71 0`2 1\n838.75\n");
    auto client = member(daemon);
    wait_for_rows(client, "1 \"Coke\" 50 0 1\n2 \"Dr. Pepper\" 50 1 1\n");
    client.send("DROP 2\n");
    board.expect("32\n");
    send_bytewise("4\n");
    CHECK(client.line() == "OK:  Dropping drink\r\n");
    CHECK(client.ask("TEMP") == "OK: 38.7500\r\n");
}

TEST_CASE("board: every spelling of a status is applied by slot number")
{
    const Daemon daemon{small_house(), members};
    auto board = FakeBoard::online(daemon.boards_port(), "little");
    auto client = member(daemon);
    const auto* const status =
        GENERATE("72 1`1 0\n", "7 2 1 ` 1 0 \n", "72 1\n71 0\n", "7 1 0``2  1`\r\n");
    board.send(status);
    wait_for_rows(client, "1 \"Coke\" 50 0 1\n2 \"Dr. Pepper\" 50 1 1\n");
}

TEST_CASE("board: slots that the machine has not are ignored, and the rest of the line is used")
{
    const Daemon daemon{small_house(), members};
    auto board = FakeBoard::online(daemon.boards_port(), "little");
    auto client = member(daemon);
    board.send("70 1`9 0`99999999999 1`-1 0`1 7`x y`2 1`1 0\n");
    wait_for_rows(client, "1 \"Coke\" 50 0 1\n2 \"Dr. Pepper\" 50 1 1\n");
}

TEST_CASE("board: what a board without sensors says of its slots changes nothing")
{
    const Daemon daemon{small_house(), members};
    auto board = FakeBoard::online(daemon.boards_port(), "big");
    Client client{daemon.sunday_port()};
    client.log_in("alice");
    client.send("DROP 1\n");
    board.drop(1, "71 0`2 1\n4\n");
    CHECK(client.line() == "OK:  Dropping drink\r\n");
    CHECK(client.ask("STAT 1") == "1 \"Coke\" 50 12 1\n");
}

TEST_CASE("board: temperatures that cannot be are not shown")
{
    const Daemon daemon{small_house(), members};
    auto board = FakeBoard::online(daemon.boards_port(), "little");
    auto client = member(daemon);
    const auto* const nonsense = GENERATE("80\n", "8185\n", "8nan\n", "8'; DROP TABLE\n", "8\n");
    board.send(nonsense);
    check_drop_works(client, board);
    CHECK(client.ask("TEMP") == "ERR 351 Unable to determine temperature.\r\n");
}

TEST_CASE("board: lines that mean nothing are ignored")
{
    const Daemon daemon{small_house(), members};
    auto board = FakeBoard::online(daemon.boards_port(), "little");
    auto client = member(daemon);
    client.send("DROP 1\n");
    board.expect("31\n");
    board.send("\n\r\nx\n-1\n4 and more\n471 1`2 0\n31\n");
    board.send("4\n");
    CHECK(client.line() == "OK:  Dropping drink\r\n");
    CHECK(client.ask("GETBALANCE") == "OK: 200\r\n");
}

TEST_CASE("board: an ack that nobody asked for is not the next drop's")
{
    const Daemon daemon{small_house(), members};
    auto board = FakeBoard::online(daemon.boards_port(), "little");
    board.send("4\n");
    daemon.wait_for_log("stray answer from the board");
    auto client = member(daemon);
    client.send("DROP 1\n");
    board.drop(1, "5\n");
    CHECK(client.line() == "ERR 150 Unable to initialize hardware for drop.\r\n");
}

TEST_CASE("board: two acks for one drop do not complete the next one")
{
    const Daemon daemon{small_house(), members};
    auto board = FakeBoard::online(daemon.boards_port(), "little");
    auto client = member(daemon);
    client.send("DROP 1\n");
    board.drop(1, "4\n4\n");
    CHECK(client.line() == "OK:  Dropping drink\r\n");
    client.send("DROP 1\n");
    board.drop(1, "5\n");
    CHECK(client.line() == "ERR 150 Unable to initialize hardware for drop.\r\n");
}

TEST_CASE("board: when it hangs up during a drop the member is told, and the next login works")
{
    const Daemon daemon{small_house(), members};
    auto client = member(daemon);
    auto lost = FakeBoard::online(daemon.boards_port(), "little");
    client.send("DROP 1\n");
    lost.expect("31\n");
    SECTION("by an end of file") { lost.end_sending(); }
    SECTION("by a reset") { lost.reset(); }
    CHECK(client.line().starts_with("ERR 103 Unknown Failure. Drop "));
    CHECK(client.ask("DROP 1") == offline);

    auto board = FakeBoard::online(daemon.boards_port(), "little");
    check_drop_works(client, board);
    CHECK(client.ask("GETBALANCE") == "OK: 150\r\n");
}

TEST_CASE("board: half a line of the old connection is no part of the new one")
{
    const Daemon daemon{small_house(), members};
    auto lost = FakeBoard::online(daemon.boards_port(), "little");
    lost.send("71");
    lost.reset();
    FakeBoard board{daemon.boards_port()};
    REQUIRE(board.log_in("little") == "1\n");
    board.send("71 0\n");
    auto client = member(daemon);
    wait_for_rows(client, "1 \"Coke\" 50 0 1\n2 \"Dr. Pepper\" 50 0 1\n");
}

TEST_CASE("board: a second login replaces the first, whose drop is in doubt")
{
    const Daemon daemon{small_house(), members};
    auto first = FakeBoard::online(daemon.boards_port(), "little");
    auto client = member(daemon);
    client.send("DROP 1\n");
    first.expect("31\n");
    auto second = FakeBoard::online(daemon.boards_port(), "little");
    CHECK(first.rest().empty());
    CHECK(client.line().starts_with("ERR 103 "));
    check_drop_works(client, second);
}

TEST_CASE("board: what the old connection said before it was replaced still counts")
{
    const Daemon daemon{small_house(), members};
    auto first = FakeBoard::online(daemon.boards_port(), "little");
    auto client = member(daemon);
    client.send("DROP 1\n");
    first.drop(1);
    const auto second = FakeBoard::online(daemon.boards_port(), "little");
    CHECK(client.line() == "OK:  Dropping drink\r\n");
}

TEST_CASE("board: a login with another machine's password takes nothing from this one")
{
    const Daemon daemon{small_house(), members};
    auto little = FakeBoard::online(daemon.boards_port(), "little");
    const auto big = FakeBoard::online(daemon.boards_port(), "big");
    auto client = member(daemon);
    check_drop_works(client, little);
}

TEST_CASE("board: one that logs in twice on one connection is cut off, and may come again")
{
    const Daemon daemon{small_house(), members};
    FakeBoard twice{daemon.boards_port()};
    REQUIRE(twice.log_in("little") == "1\n");
    twice.send("0little\n");
    CHECK(twice.rest().empty());

    auto board = FakeBoard::online(daemon.boards_port(), "little");
    auto client = member(daemon);
    check_drop_works(client, board);
}

TEST_CASE("board: 10 MB without a line end are cut off, and nobody else notices")
{
    const Daemon daemon{small_house(), members};
    FakeBoard endless{daemon.boards_port()};
    SECTION("before the login") {}
    SECTION("after the login") { REQUIRE(endless.log_in("big") == "1\n"); }
    CHECK_FALSE(endless.try_send("7" + std::string(10'000'000, '1')));

    auto board = FakeBoard::online(daemon.boards_port(), "little");
    auto client = member(daemon);
    check_drop_works(client, board);
    CHECK_FALSE(client.ask("SERVERSTAT").contains("\"Big Drink\",\"connected\":true"));
}
