#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/daemon.hpp"
#include "support/fake_board.hpp"

using namespace support;

TEST_CASE("js: the golden transcript is held byte for byte, each reply in one segment")
{
    const Daemon daemon{small_house(), {{.name = "alice", .credits = 250, .password = "right"}}};
    auto board = FakeBoard::online(daemon.boards_port(), "little");

    Connection client{daemon.sunday_port()};
    const auto answer = [&](std::string_view command) {
        client.send(command);
        return client.reply();
    };
    CHECK(client.reply() == "Welcome to Big Drink\n");
    CHECK(answer("USER alice\n") == "OK: \r\n");
    CHECK(answer("PASS wrong\n") == "ERR 407 Invalid password.\r\n");
    CHECK(answer("USER alice\n") == "OK: \r\n");
    CHECK(answer("PASS right\n") == "OK: 250\r\n");
    CHECK(answer("MACHINE ld\n") == "OK:  Welcome to Little Drink\r\n");
    CHECK(
        answer("STAT\n") ==
        "1 \"Coke\" 50 13 1\n2 \"Dr. Pepper\" 50 0 1\nOK 2 Slots retrieved\r\n");
    client.send("DROP 1 0\n");
    board.drop(1);
    CHECK(client.reply() == "OK:  Dropping drink\r\n");
    CHECK(answer("GETBALANCE\n") == "OK: 200\r\n");
    CHECK(answer("FOO\n") == "ERR 415 Invalid command\r\n");
    CHECK(answer("QUIT\n") == "Good Bye\r\n");
    CHECK(client.rest().empty());
}
