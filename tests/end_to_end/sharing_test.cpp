// Many members and sessions at once: nobody spends a credit twice, and everybody has a turn.
#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/daemon.hpp"
#include "support/fake_board.hpp"
#include "support/wait.hpp"

#include <algorithm>

using namespace support;

namespace {

// A machine whose slots can all be dropped from, so that a command tells whose drop it is.
nlohmann::json house_with_slots(int count)
{
    auto settings = small_house();
    auto& slots = settings["machines"][0]["slots"] = nlohmann::json::array();
    for (int number = 1; number <= count; ++number) {
        slots.push_back({{"number", number}, {"item", "Coke"}, {"price", 50}, {"count", 100}});
    }
    return settings;
}

Client member(const Daemon& daemon, std::string_view name)
{
    Client client{daemon.sunday_port()};
    client.log_in(name);
    return client;
}

void wait_until_queued(const Daemon& daemon, std::size_t count)
{
    wait_until("drops to be queued", [&] {
        return daemon.status().at("machines").at(0).at("queued") == count;
    });
}

}  // namespace

TEST_CASE("sharing: of two sessions that spend the same credits at once, exactly one gets a drop")
{
    const Daemon daemon{
        house_with_slots(2), {{.name = "alice", .credits = 50}, {.name = "bob", .credits = 50}}};
    auto board = FakeBoard::online(daemon.boards_port(), "big");
    auto first = member(daemon, "alice");
    auto second = member(daemon, "alice");
    first.send("DROP 1\n");
    second.send("DROP 1\n");
    board.drop(1);
    const std::vector replies{first.line(), second.line()};
    CHECK(std::ranges::count(replies, "OK:  Dropping drink\r\n") == 1);
    CHECK(first.ask("GETBALANCE") == "OK: 0\r\n");

    auto other = member(daemon, "bob");
    other.send("DROP 2\n");
    INFO("the next command that the board gets is another member's");
    board.drop(2);
    CHECK(other.line() == "OK:  Dropping drink\r\n");
}

TEST_CASE("sharing: credits held for a drop in doubt can not be spent")
{
    const Daemon daemon{house_with_slots(1), {{.name = "alice", .credits = 50}}};
    auto client = member(daemon, "alice");
    auto lost = FakeBoard::online(daemon.boards_port(), "big");
    client.send("DROP 1\n");
    lost.expect("31\n");
    lost.reset();
    CHECK(client.line().starts_with("ERR 103 "));

    const auto board = FakeBoard::online(daemon.boards_port(), "big");
    CHECK(client.ask("GETBALANCE") == "OK: 0\r\n");
    CHECK(client.ask("DROP 1") == "ERR 203 User is poor.\r\n");
}

TEST_CASE("sharing: the last can is sold once")
{
    auto settings = house_with_slots(1);
    settings["machines"][0]["slots"][0]["count"] = 1;
    const Daemon daemon{
        settings, {{.name = "alice", .credits = 50}, {.name = "bob", .credits = 50}}};
    auto board = FakeBoard::online(daemon.boards_port(), "big");
    auto first = member(daemon, "alice");
    first.send("DROP 1\n");
    board.expect("31\n");
    auto second = member(daemon, "bob");
    CHECK(second.ask("DROP 1") == "ERR 100 Slot empty.\r\n");
    board.send("4\n");
    CHECK(first.line() == "OK:  Dropping drink\r\n");
    CHECK(second.ask("STAT") == "1 \"Coke\" 50 0 1\n");
}

TEST_CASE("sharing: members are served in the order in which they asked, one drop at a time")
{
    const Daemon daemon{
        house_with_slots(4),
        {{.name = "first", .credits = 50},
         {.name = "second", .credits = 50},
         {.name = "third", .credits = 50},
         {.name = "fourth", .credits = 50}}};
    auto board = FakeBoard::online(daemon.boards_port(), "big");
    std::vector<Client> clients;
    for (const auto* name : {"first", "second", "third", "fourth"}) {
        const auto waiting = clients.size();
        clients.push_back(member(daemon, name));
        clients.back().send("DROP " + std::to_string(waiting + 1) + "\n");
        wait_until_queued(daemon, waiting);
    }
    for (int slot = 1; slot <= 4; ++slot) {
        board.drop(slot);
        CHECK(clients[static_cast<std::size_t>(slot) - 1].line() == "OK:  Dropping drink\r\n");
    }
}

TEST_CASE("sharing: a drop under way holds up no other session and no other machine")
{
    const Daemon daemon{
        small_house(), {{.name = "alice", .credits = 50}, {.name = "bob", .credits = 50}}};
    auto big = FakeBoard::online(daemon.boards_port(), "big");
    auto little = FakeBoard::online(daemon.boards_port(), "little");
    auto waiting = member(daemon, "alice");
    waiting.send("DROP 1\n");
    big.expect("31\n");

    auto other = member(daemon, "bob");
    CHECK(other.ask("MACHINE ld") == "OK:  Welcome to Little Drink\r\n");
    other.send("DROP 1\n");
    little.drop(1);
    CHECK(other.line() == "OK:  Dropping drink\r\n");
}

TEST_CASE("sharing: a session that ends during its drop leaves the member free to drop again")
{
    const Daemon daemon{house_with_slots(2), {{.name = "alice", .credits = 100}}};
    auto board = FakeBoard::online(daemon.boards_port(), "big");
    auto gone = member(daemon, "alice");
    gone.send("DROP 1\n");
    board.expect("31\n");
    gone.reset();
    board.send("4\n");
    daemon.wait_for_log("state=dispensed");

    auto client = member(daemon, "alice");
    client.send("DROP 2\n");
    board.drop(2);
    CHECK(client.line() == "OK:  Dropping drink\r\n");
    CHECK(client.ask("GETBALANCE") == "OK: 0\r\n");
}
