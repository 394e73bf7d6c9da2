// Links that are cut at every byte, half-open, or slow.
#include "busy_house.hpp"
#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/fake_board.hpp"
#include "support/proxy.hpp"
#include "support/wait.hpp"

using namespace faults;
using namespace support;
using Way = Proxy::Way;

namespace {

constexpr auto done = "OK:  Dropping drink\r\n";
// Ids have as many digits for the next centuries.
constexpr std::string_view ack = "4 1234567890123456\n";
constexpr std::string_view command = "3 1 1234567890123456\n";

nlohmann::json settings(double ack_timeout_s)
{
    auto house = small_house();
    house["drops"]["ack_timeout_s"] = ack_timeout_s;
    house["machines"][0]["slots"][0]["count"] = 100;
    return house;
}

std::size_t count_doubts(const Daemon& daemon)
{
    return nlohmann::json::parse(daemon.run({"doubts", "--json"}).out).size();
}

// The small house, with a proxy before the board of its machine `d`.
struct House {
    explicit House(Memory memory, double ack_timeout_s = 60)
        : daemon{settings(ack_timeout_s), {{.name = "alice", .credits = 5'000}, {.name = "bob"}}},
          network{daemon.boards_port()},
          board{daemon, memory, {"d"}, {"--drop-time", "0"}, network.port()}
    {
        board.start();
        // The last of what a board says after its login.
        Client client{daemon.sunday_port()};
        wait_until("the temperature", [&] { return client.ask("TEMP").starts_with("OK"); });
    }

    Client alice() const
    {
        Client client{daemon.sunday_port()};
        client.log_in("alice");
        return client;
    }

    void wait_for(std::string_view event, std::size_t times) const
    {
        wait_until(event, [&] {
            const auto log = daemon.log();
            std::size_t found = 0;
            for (auto at = log.find(event); at != log.npos; at = log.find(event, at + 1)) ++found;
            return found >= times;
        });
    }

    Daemon daemon;
    Proxy network;
    Boards board;
};

std::string balance_after(std::size_t drops)
{
    return "OK: " + std::to_string(5'000 - 50 * drops) + "\r\n";
}

}  // namespace

TEST_CASE("links: an ack with an id that is cut off at any byte is asked for, and charged once")
{
    House house{Memory::notes};
    auto alice = house.alice();
    for (std::size_t cut = 0; cut < ack.size(); ++cut) {
        CAPTURE(cut);
        house.network.cut_after(Way::to_server, cut);
        REQUIRE(alice.ask("DROP 1").starts_with("ERR 103 "));
        house.wait_for("drop settled late", cut + 1);
    }
    CHECK(alice.ask("DROP 1") == done);
    const auto drops = ack.size() + 1;
    CHECK(alice.ask("GETBALANCE") == balance_after(drops));
    CHECK(house.board.dropped("d").size() == drops);
    CHECK(house.board.cans("d") == drops);
}

TEST_CASE("links: a command with an id that is cut off at any byte is not done, nor charged")
{
    House house{Memory::notes};
    auto alice = house.alice();
    REQUIRE(alice.ask("DROP 1") == done);
    for (std::size_t cut = 0; cut < command.size(); ++cut) {
        CAPTURE(cut);
        house.network.cut_after(Way::to_client, cut);
        REQUIRE(alice.ask("DROP 1").starts_with("ERR 103 "));
        house.wait_for("drop settled late", cut + 1);
    }
    CHECK(alice.ask("DROP 1") == done);
    CHECK(alice.ask("GETBALANCE") == balance_after(2));
    CHECK(house.board.cans("d") == 2);
}

TEST_CASE("links: an ack without an id that is cut off leaves its own drop in doubt, and no other")
{
    const Daemon daemon{settings(60), {{.name = "alice", .credits = 5'000}}};
    Proxy network{daemon.boards_port()};
    Client alice{daemon.sunday_port()};
    alice.log_in("alice");
    const std::string_view whole = "4\n";
    for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
        CAPTURE(cut);
        auto board = FakeBoard::online(network.port(), "big");
        alice.send("DROP 1\n");
        board.expect("31\n");
        network.cut_after(Way::to_server, cut);
        board.send("4\n9\n");
        CHECK((alice.line() == done) == (cut == whole.size()));
        CHECK(board.rest().empty());
    }
    CHECK(count_doubts(daemon) == whole.size());
}

TEST_CASE("links: a board that is half-open is given up, and asked when it is back")
{
    House house{Memory::notes, 0.3};
    auto alice = house.alice();
    REQUIRE(alice.ask("DROP 1") == done);
    house.network.freeze();
    CHECK(alice.ask("DROP 1").starts_with("ERR 103 "));
    house.daemon.wait_for_log("board connection ended");
    SECTION("with what it never got, which is not charged")
    {
        house.network.cut();
        house.wait_for("drop settled late", 1);
        CHECK(alice.ask("GETBALANCE") == balance_after(1));
        CHECK(house.board.cans("d") == 1);
    }
    SECTION("with what arrived all the same, which is charged")
    {
        house.network.thaw();
        house.wait_for("drop settled late", 1);
        CHECK(alice.ask("GETBALANCE") == balance_after(2));
        CHECK(house.board.cans("d") == 2);
    }
    CHECK(alice.ask("DROP 1") == done);
}

TEST_CASE("links: a board that is half-open holds up no other machine")
{
    House house{Memory::none};
    auto other = FakeBoard::online(house.daemon.boards_port(), "little");
    auto waiting = house.alice();
    house.network.freeze();
    waiting.send("DROP 1\n");
    house.daemon.wait_for_log("drop sent");
    Client bob{house.daemon.sunday_port()};
    bob.log_in("bob");
    REQUIRE(house.daemon.run({"credits", "add", "bob", "50", "--reason", "x"}).exit_code == 0);
    bob.ask("MACHINE ld");
    bob.send("DROP 1\n");
    other.drop(1);
    CHECK(bob.line() == done);
    house.network.thaw();
    CHECK(waiting.line() == done);
}

TEST_CASE("links: a member whose reply is cut off at any byte pays for one drink")
{
    const House house{Memory::none};
    Proxy network{house.daemon.sunday_port()};
    const std::string_view reply{done};
    for (std::size_t cut = 0; cut < reply.size(); ++cut) {
        CAPTURE(cut);
        Client alice{network.port()};
        alice.log_in("alice");
        network.cut_after(Way::to_client, cut);
        alice.send("DROP 1\n");
        CHECK(alice.rest() == reply.substr(0, cut));
    }
    CHECK(house.alice().ask("GETBALANCE") == balance_after(reply.size()));
    CHECK(house.board.cans("d") == reply.size());
}

TEST_CASE("links: a member whose command is cut off gets nothing and pays nothing")
{
    const House house{Memory::none};
    Proxy network{house.daemon.sunday_port()};
    const std::string_view whole = "DROP 1\n";
    for (std::size_t cut = 0; cut < whole.size(); ++cut) {
        CAPTURE(cut);
        Client alice{network.port()};
        alice.log_in("alice");
        network.cut_after(Way::to_server, cut);
        alice.send(whole);
        CHECK(alice.rest().empty());
    }
    CHECK(house.alice().ask("GETBALANCE") == balance_after(0));
    CHECK(house.board.cans("d") == 0);
}

TEST_CASE("links: a member who is half-open is charged, and holds up nobody")
{
    const Daemon daemon{
        settings(60), {{.name = "alice", .credits = 100}, {.name = "bob", .credits = 100}}};
    Proxy network{daemon.sunday_port()};
    auto board = FakeBoard::online(daemon.boards_port(), "big");
    Client alice{network.port()};
    alice.log_in("alice");
    alice.send("DROP 1\n");
    board.expect("31\n");
    network.freeze();
    board.send("4\n");
    Client bob{daemon.sunday_port()};
    bob.log_in("bob");
    bob.send("DROP 1\n");
    board.drop(1);
    CHECK(bob.line() == done);
    network.thaw();
    CHECK(alice.line() == done);
    CHECK(alice.ask("GETBALANCE") == "OK: 50\r\n");
}

TEST_CASE("links: slow and cut at random under load, they lose nothing and charge nothing twice")
{
    BusyHouse house{BusyHouse::Network::through_proxies};
    const auto spoil = [](Proxy& network) {
        network.delay(std::chrono::milliseconds{any_below(4)});
        network.cut_after(any_below(2) == 0 ? Way::to_server : Way::to_client, any_below(4'000));
    };
    for (int round = rounds(3); round > 0; --round) {
        spoil(*house.boards_network);
        spoil(*house.members_network);
        house.drop_until(any_below(100), [&] {
            house.boards_network->freeze();
            house.members_network->cut();
            house.boards_network->cut();
        });
        wait_until_online(house.daemon);
    }
    house.check_books();
}
