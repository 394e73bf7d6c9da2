#include "process/either_way.hpp"
#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/fake_board.hpp"
#include "support/wait.hpp"

using namespace support;

namespace {

const std::vector<Account> alice{{.name = "alice", .credits = 250}};

// A drop of alice whose outcome nobody knows: its board's connection broke. Its id.
std::string make_doubt(const Daemon& daemon)
{
    auto board = FakeBoard::online(daemon.boards_port(), "big");
    Client client{daemon.sunday_port()};
    client.log_in("alice");
    client.send("DROP 1\n");
    board.expect("31\n");
    board.reset();
    const auto reply = client.line();
    const std::string told = "ERR 103 Unknown Failure. Drop ";
    REQUIRE(reply.starts_with(told));
    return reply.substr(told.size(), reply.find('.', told.size()) - told.size());
}

// A doubt in a house whose daemon then runs on or is stopped.
class Doubtful : public Daemon {
public:
    Doubtful() : Daemon{small_house(), alice}, drop{make_doubt(*this)}
    {
        const bool runs = GENERATE(true, false);
        if (!runs) stop();
    }

    const std::string drop;
};

bool ledger_holds(const Daemon& daemon) { return daemon.run({"ledger", "verify"}).exit_code == 0; }

}  // namespace

TEST_CASE("tools: doubts says so when there are none")
{
    const EitherWay house;
    CHECK(house.run({"doubts"}).out == "No drop is in doubt.\n");
    CHECK(house.run({"doubts", "--json"}).out == "[]\n");
}

TEST_CASE("tools: doubts lists every drop in doubt, with what it takes to decide")
{
    const Doubtful house;
    const auto listed = nlohmann::json::parse(house.run({"doubts", "--json"}).out);
    REQUIRE(listed.size() == 1);
    const auto& doubt = listed.at(0);
    CHECK(doubt.at("drop").dump() == house.drop);
    CHECK(doubt.at("member") == "alice");
    CHECK(doubt.at("machine") == "d");
    CHECK(doubt.at("slot") == 1);
    CHECK(doubt.at("item") == "Coke");
    CHECK(doubt.at("price") == 50);
    CHECK_FALSE(doubt.at("reason").get<std::string>().empty());
    CHECK(doubt.at("waits_for") == "policy");
    CHECK(doubt.at("evidence").empty());
    CHECK(house.run({"doubts"}).out.contains(house.drop));
}

TEST_CASE("tools: doubts shows the evidence that came in since")
{
    const Daemon daemon{small_house(), alice};
    const auto drop = make_doubt(daemon);
    auto board = FakeBoard::online(daemon.boards_port(), "big");
    board.send("4\n");
    const auto evidence_of = [&] {
        const auto listed = nlohmann::json::parse(daemon.run({"doubts", "--json"}).out);
        return listed.at(0).at("evidence");
    };
    wait_until("evidence to be kept", [&] { return !evidence_of().empty(); });
    CHECK(evidence_of().at(0).at("what") == "an ack that nothing waited for");
    const auto text = daemon.run({"doubts"}).out;
    CHECK(text.contains("EVIDENCE\n"));
    CHECK(text.contains("  an ack that nothing waited for\n"));
}

TEST_CASE("tools: history shows a member's drops and credits, with what was in doubt and why")
{
    const Doubtful house;
    const auto open = house.run({"history", "ALICE"}).out;
    CHECK(open.contains("drop " + house.drop + "  Coke from d 1  50 held  in_doubt  "));
    CHECK(open.contains("+250"));
    REQUIRE(house.run({"settle", house.drop, "refund", "--reason", "nothing fell"}).exit_code == 0);
    CHECK(house.run({"history", "alice"}).out.contains(": nothing fell\n"));

    const auto listed = nlohmann::json::parse(house.run({"history", "alice", "--json"}).out);
    REQUIRE(listed.size() == 2);
    const auto& drop = listed.at(0);
    CHECK(drop.at("what") == "drop");
    CHECK(drop.at("state") == "refunded");
    CHECK_FALSE(drop.at("doubt_reason").get<std::string>().empty());
    CHECK(drop.at("settled_by").get<std::string>().starts_with("console:"));
    CHECK(drop.at("settled_reason") == "nothing fell");
    CHECK(listed.at(1).at("what") == "transfer");
    CHECK(listed.at(1).at("credits") == 250);
    const auto newest = house.run({"history", "alice", "--json", "--limit", "1"});
    CHECK(nlohmann::json::parse(newest.out).size() == 1);
}

TEST_CASE("tools: history of nobody, and of somebody to whom nothing happened")
{
    const EitherWay house{{{.name = "bob"}}};
    CHECK(house.run({"history", "bob"}).out == "Nothing happened yet.\n");
    CHECK(house.run({"history", "bob", "--json"}).out == "[]\n");
    const auto nobody = house.run({"history", "nobody"});
    CHECK(nobody.err == "drinkd: there is no such account\n");
    CHECK(nobody.exit_code == 1);
}

TEST_CASE("tools: the log counts doubts, when there is a new one and at the start")
{
    Daemon daemon{small_house(), alice};
    const auto drop = make_doubt(daemon);
    daemon.wait_for_log("warning a drop is in doubt drop=" + drop + " machine=d doubts=1\n");
    daemon.stop();
    daemon.start();
    daemon.wait_for_log("warning drops are in doubt doubts=1\n");
}

TEST_CASE("tools: settle charge takes the credits")
{
    const Doubtful house;
    const auto settled = house.run({"settle", house.drop, "charge"});
    CHECK(settled.out == "drop " + house.drop + " is dispensed now\n");
    CHECK(settled.exit_code == 0);
    CHECK(account(house, "alice").at("credits") == 200);
    CHECK(account(house, "alice").at("held") == 0);
    CHECK(ledger_holds(house));
}

TEST_CASE("tools: settle refund gives the credits back")
{
    const Doubtful house;
    const auto settled = house.run({"settle", house.drop, "refund", "--reason", "nothing fell"});
    CHECK(settled.out == "drop " + house.drop + " is refunded now\n");
    CHECK(settled.exit_code == 0);
    CHECK(account(house, "alice").at("credits") == 250);
    CHECK(account(house, "alice").at("held") == 0);
    CHECK(ledger_holds(house));
}

TEST_CASE("tools: a doubt is settled once")
{
    const Doubtful house;
    REQUIRE(house.run({"settle", house.drop, "refund"}).exit_code == 0);
    const auto again = house.run({"settle", house.drop, "charge"});
    CHECK(again.err == "drinkd: the drop was settled before, as refunded\n");
    CHECK(again.exit_code == 1);
    CHECK(account(house, "alice").at("credits") == 250);
}

TEST_CASE("tools: a drop that does not exist cannot be settled")
{
    const EitherWay house;
    const auto settled = house.run({"settle", "4711", "charge"});
    CHECK(settled.err == "drinkd: there is no drop with that id\n");
    CHECK(settled.exit_code == 1);
}

TEST_CASE("tools: a drop that is under way is not an admin's to settle")
{
    const Daemon daemon{small_house(), alice};
    auto board = FakeBoard::online(daemon.boards_port(), "big");
    Client client{daemon.sunday_port()};
    client.log_in("alice");
    client.send("DROP 1\n");
    board.expect("31\n");
    const auto drop = daemon.status().at("machines").at(0).at("drop_in_flight").dump();
    const auto settled = daemon.run({"settle", drop, "refund"});
    CHECK(
        settled.err ==
        "drinkd: the drop is still under way: only a drop in doubt can be settled\n");
    CHECK(settled.exit_code == 1);
    board.send("4\n");
    CHECK(client.line() == "OK:  Dropping drink\r\n");
}

TEST_CASE("tools: status tells of boards, queues, doubts and connections")
{
    const Daemon daemon{
        small_house(), {{.name = "alice", .credits = 250}, {.name = "bob", .credits = 250}}};
    make_doubt(daemon);
    auto board = FakeBoard::online(daemon.boards_port(), "big");
    Client alice_now{daemon.sunday_port()};
    alice_now.log_in("alice");
    Client bob{daemon.sunday_port()};
    bob.log_in("bob");
    alice_now.send("DROP 1\n");
    board.expect("31\n");
    bob.send("DROP 1\n");
    const auto bob_waits = [](const nlohmann::json& status) {
        return status.at("machines").at(0).at("queued") == 1;
    };
    wait_until("bob's drop to be queued", [&] { return bob_waits(daemon.status()); });

    const auto status = daemon.status();
    const auto& machine = status.at("machines").at(0);
    CHECK(machine.at("machine") == "d");
    CHECK(machine.at("online") == true);
    CHECK(machine.contains("drop_in_flight"));
    CHECK(status.at("machines").at(1).at("online") == false);
    CHECK(status.at("doubts") == 1);
    CHECK(machine.at("doubts") == 1);
    CHECK(status.at("machines").at(1).at("doubts") == 0);
    CHECK(status.at("board_connections") == 1);
    CHECK(status.at("ledger_healthy") == true);
}

TEST_CASE("tools: status for people names every machine")
{
    const Daemon daemon;
    const auto board = FakeBoard::online(daemon.boards_port(), "little");
    const auto status = daemon.run({"status"});
    CHECK(status.exit_code == 0);
    CHECK(status.out.contains("d        Big Drink     offline"));
    CHECK(status.out.contains("ld       Little Drink  online"));
    CHECK(status.out.contains("0 members connected, 1 boards connected, 0 drops in doubt\n"));
}

TEST_CASE("tools: status without a daemon says that it cannot be reached, and where")
{
    const ColdHouse house;
    const auto status = house.run({"status"});
    CHECK(
        status.err == "drinkd: the daemon cannot be reached at " + house.ledger_file().string() +
                          ".sock: No such file or directory\n");
    CHECK(status.exit_code == 1);
}
