// Boards that stand still for a while (SIGSTOP), with all that the network brings, and go on.
#include "boards.hpp"
#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/wait.hpp"

#include <csignal>
#include <string>

using namespace faults;
using namespace support;

namespace {

constexpr auto done = "OK:  Dropping drink\r\n";

nlohmann::json settings(double ack_timeout_s)
{
    auto house = small_house();
    house["drops"]["ack_timeout_s"] = ack_timeout_s;
    return house;
}

struct House {
    House(Memory memory, double ack_timeout_s)
        : daemon{settings(ack_timeout_s), {{.name = "alice", .credits = 250}}},
          board{daemon, memory, {"d"}, {"--drop-time", "0"}}
    {
        board.start();
        daemon.wait_for_log("board connected");
    }

    Client alice() const
    {
        Client client{daemon.sunday_port()};
        client.log_in("alice");
        return client;
    }

    bool in_doubt() const { return daemon.run({"doubts", "--json"}).out != "[]\n"; }

    Daemon daemon;
    Boards board;
};

}  // namespace

TEST_CASE("frozen board: one that goes on soon acks late, and its drop is charged")
{
    // So long is the time for the answer, and again for a late one.
    House house{Memory::none, 1};
    auto alice = house.alice();
    house.board.signal(SIGSTOP);
    CHECK(alice.ask("DROP 1").starts_with("ERR 103 "));
    house.board.signal(SIGCONT);
    house.daemon.wait_for_log("a drop is in doubt");
    house.daemon.wait_for_log("drop settled late");
    CHECK_FALSE(house.in_doubt());
    CHECK(alice.ask("DROP 1") == done);
    CHECK(alice.ask("GETBALANCE") == "OK: 150\r\n");
    CHECK(house.board.cans("d") == 2);
}

TEST_CASE("frozen board: one that goes on after its link was given up is asked, if it can be")
{
    const auto memory = GENERATE(Memory::none, Memory::notes);
    House house{memory, 0.2};
    auto alice = house.alice();
    house.board.signal(SIGSTOP);
    CHECK(alice.ask("DROP 1").starts_with("ERR 103 "));
    house.daemon.wait_for_log("board connection ended");
    house.board.signal(SIGCONT);
    wait_until("the board to be back", [&] {
        return house.daemon.status().at("machines").at(0).at("online") == true;
    });
    if (memory == Memory::notes) house.daemon.wait_for_log("drop settled late");
    CHECK(alice.ask("DROP 1") == done);
    // Whether the first can fell too is up to the network: the command was in the buffer of the
    // board's computer, and a reset takes what is there along.
    const auto fell = house.board.cans("d");
    CHECK((fell == 1 || fell == 2));
    const auto charged_or_held = memory == Memory::notes ? fell : 2;
    CHECK(alice.ask("GETBALANCE") == "OK: " + std::to_string(250 - 50 * charged_or_held) + "\r\n");
    CHECK(house.in_doubt() == (memory == Memory::none));
}
