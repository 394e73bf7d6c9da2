#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/daemon.hpp"
#include "support/fake_board.hpp"

using namespace support;

namespace {

// Sells that many from slot 1 to the member, who sends all the commands ahead.
void sell(int count, const Daemon& daemon, std::string_view member, FakeBoard& board)
{
    Client client{daemon.sunday_port()};
    client.log_in(member);
    for (int sold = 0; sold < count; ++sold) client.send("DROP 1\n");
    for (int sold = 0; sold < count; ++sold) {
        board.drop(1);
        client.expect("OK:  Dropping drink\r\n");
    }
}

}  // namespace

TEST_CASE("classic: the golden transcript is held byte for byte, each reply in one segment")
{
    auto settings = small_house();
    settings["machines"][0]["slots"][0]["count"] = 213;
    const Daemon daemon{
        settings,
        {{.name = "alice", .credits = 250, .password = "right"},
         {.name = "thirsty", .credits = 10'000}}};
    auto board = FakeBoard::online(daemon.boards_port(), "big");
    board.send("838.75\n");
    sell(200, daemon, "thirsty", board);

    Connection client{daemon.sunday_port(1)};
    const auto answer = [&](std::string_view command) {
        client.send(command);
        return client.reply();
    };
    CHECK(client.reply() == "OK Welcome to Big Drink\n");
    CHECK(answer("USER alice\n") == "OK Password required.\n");
    CHECK(answer("PASS right\n") == "OK Credits: 250\n");
    CHECK(answer("STAT 1\n") == "1 \"Coke\" 50 13 200 true\nOK 1 Slots retrieved\n");
    client.send("DROP 1\n");
    board.drop(1);
    CHECK(client.reply() == "OK Credits remaining: 200\n");
    CHECK(answer("TEMP\n") == "OK 38.7500\n");
    CHECK(answer("FOO\n") == "ERR 452 Invalid command.\n");
    CHECK(answer("QUIT\n") == "OK Disconnecting.\n");
    CHECK(client.rest().empty());
}
