#include "clients/drink/sunday_client.hpp"

#include "support/catch.hpp"

#include <deque>
#include <string>
#include <variant>
#include <vector>

using namespace std::chrono_literals;
using drink::ExitCode;
using drink::LinkEnd;
using drink::SundayClient;

namespace {

// A link whose server says what the test wrote down, line by line.
class ScriptedLink : public drink::Link {
public:
    using Event = std::variant<std::string, LinkEnd>;

    explicit ScriptedLink(std::initializer_list<Event> events) : events_{events} {}

    std::expected<void, LinkEnd> send(std::string_view line) override
    {
        sent.emplace_back(line);
        return {};
    }

    std::expected<std::string, LinkEnd> receive(
        std::chrono::milliseconds patience, const drink::OnSecond&) override
    {
        last_patience = patience;
        if (events_.empty()) return std::unexpected{LinkEnd::silent};
        auto event = std::move(events_.front());
        events_.pop_front();
        if (const auto* end = std::get_if<LinkEnd>(&event)) return std::unexpected{*end};
        return std::get<std::string>(std::move(event));
    }

    std::vector<std::string> sent;
    std::chrono::milliseconds last_patience{0};

private:
    std::deque<Event> events_;
};

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("client: any banner is a greeting")
{
    ScriptedLink link{"Welcome to Big Drink"};
    CHECK(SundayClient{link, 10s}.greet());
}

TEST_CASE("client: a refusal in place of the banner is told")
{
    ScriptedLink link{"ERR 205 Maximum user count reached."};
    const auto greeted = SundayClient{link, 10s}.greet();
    REQUIRE_FALSE(greeted);
    CHECK(greeted.error().code == 205);
}

TEST_CASE("client: a server that says nothing is no connection")
{
    ScriptedLink link{LinkEnd::silent};
    const auto greeted = SundayClient{link, 10s}.greet();
    REQUIRE_FALSE(greeted);
    CHECK(greeted.error().exit_code == ExitCode::no_connection);
    CHECK(link.last_patience == 10s);
}

TEST_CASE("client: a login is USER and then PASS")
{
    ScriptedLink link{"OK: ", "OK: 250"};
    CHECK(SundayClient{link, 10s}.log_in("alice", "secret"));
    CHECK(link.sent == Lines{"USER alice", "PASS secret"});
}

TEST_CASE("client: a wrong password is not logged in")
{
    ScriptedLink link{"OK: ", "ERR 407 Invalid password."};
    const auto logged_in = SundayClient{link, 10s}.log_in("alice", "wrong");
    REQUIRE_FALSE(logged_in);
    CHECK(logged_in.error().exit_code == ExitCode::not_logged_in);
}

TEST_CASE("client: the balance is read in either dialect")
{
    const auto* const reply = GENERATE("OK: 250", "OK Credits: 250");
    ScriptedLink link{reply};
    CHECK(SundayClient{link, 10s}.balance() == 250);
}

TEST_CASE("client: a balance that is no number is not understood")
{
    ScriptedLink link{"OK: plenty"};
    const auto balance = SundayClient{link, 10s}.balance();
    REQUIRE_FALSE(balance);
    CHECK(balance.error().exit_code == ExitCode::no_connection);
    CHECK(balance.error().text.find("'plenty'") != std::string::npos);
}

TEST_CASE("client: the history is read row by row up to its last line")
{
    ScriptedLink link{
        R"(2012-02-22T00:12:40Z drop 7 d 1 "Coke" 50 in_doubt)",
        R"(2012-02-22T00:07:37Z transfer 500 "paid in cash")", "OK 2 Entries retrieved"};
    const auto history = SundayClient{link, 10s}.history(10);
    REQUIRE(history);
    CHECK(link.sent == Lines{"HISTORY 10"});
    REQUIRE(history->size() == 2);
    CHECK(std::get<protocol::DropEntry>(history->at(0).what).state == "in_doubt");
    CHECK(std::get<protocol::TransferEntry>(history->at(1).what).credits == 500);
}

TEST_CASE("client: a history longer than was asked for is not understood")
{
    const std::string row = R"(2012-02-22T00:07:37Z transfer 500 "paid in cash")";
    ScriptedLink link{row, row, "OK 2 Entries retrieved"};
    const auto history = SundayClient{link, 10s}.history(1);
    REQUIRE_FALSE(history);
    CHECK(history.error().exit_code == ExitCode::no_connection);
}

TEST_CASE("client: a server that knows no history is told by its code")
{
    ScriptedLink link{"ERR 415 Invalid command"};
    const auto history = SundayClient{link, 10s}.history(10);
    REQUIRE_FALSE(history);
    CHECK(history.error().exit_code == ExitCode::refused);
    CHECK(history.error().code == 415);
}

TEST_CASE("client: one machine is listed with its name, its state and its slots")
{
    ScriptedLink link{
        R"({"machines":[{"machine_name":"Big Drink","connected":true}],"opcode":"OK"})",
        "OK:  Welcome to Big Drink", R"(1 "Coke" 50 13 1)", R"(2 "Dr. Pepper" 60 0 0)",
        "OK 2 Slots retrieved"};
    const auto machine = SundayClient{link, 10s}.list("d");
    REQUIRE(machine);
    CHECK(link.sent == Lines{"SERVERSTAT", "MACHINE d", "STAT"});
    CHECK(machine->id == "d");
    CHECK(machine->name == "Big Drink");
    CHECK(machine->online == true);
    REQUIRE(machine->slots.size() == 2);
    CHECK(machine->slots[1].item == "Dr. Pepper");
    CHECK(machine->slots[1].price == 60);
    CHECK_FALSE(machine->slots[1].enabled);
}

TEST_CASE("client: all machines are found by the usage text of MACHINE")
{
    ScriptedLink link{
        "ERR 414 Invalid machine name - USAGE: MACHINE < d | ld >",
        R"({"machines":[{"machine_name":"Big Drink","connected":true},)"
        R"({"machine_name":"Little Drink","connected":false}],"opcode":"OK"})",
        "OK:  Welcome to Big Drink",
        "OK 0 Slots retrieved",
        "OK:  Welcome to Little Drink",
        "OK 0 Slots retrieved"};
    const auto machines = SundayClient{link, 10s}.list_all();
    REQUIRE(machines);
    REQUIRE(machines->size() == 2);
    CHECK(machines->at(0).id == "d");
    CHECK(machines->at(0).online == true);
    CHECK(machines->at(1).id == "ld");
    CHECK(machines->at(1).name == "Little Drink");
    CHECK(machines->at(1).online == false);
}

TEST_CASE("client: a server without SERVERSTAT leaves open whether a machine is online")
{
    ScriptedLink link{
        "ERR 415 Invalid command", "OK:  Welcome to Big Drink", "OK 0 Slots retrieved"};
    const auto machine = SundayClient{link, 10s}.list("d");
    REQUIRE(machine);
    CHECK_FALSE(machine->online);
}

TEST_CASE("client: SERVERSTAT of any shape does no harm")
{
    const auto* const state = GENERATE(
        "{", "{}", "[]", "1", R"({"machines":1})", R"({"machines":[1,{},{"machine_name":1}]})",
        R"({"machines":[{"machine_name":"Big Drink","connected":"yes"}]})");
    ScriptedLink link{state, "OK:  Welcome to Big Drink", "OK 0 Slots retrieved"};
    const auto machine = SundayClient{link, 10s}.list("d");
    REQUIRE(machine);
    CHECK_FALSE(machine->online);
}

TEST_CASE("client: an unknown machine is refused in the server's words")
{
    ScriptedLink link{"{}", "ERR 414 Invalid machine name - USAGE: MACHINE < d | ld >"};
    const auto machine = SundayClient{link, 10s}.list("nope");
    REQUIRE_FALSE(machine);
    CHECK(machine.error().code == 414);
    CHECK(machine.error().text.find("< d | ld >") != std::string::npos);
}

TEST_CASE("client: a row that is none is not understood")
{
    ScriptedLink link{"{}", "OK:  Welcome to Big Drink", "<html>"};
    const auto machine = SundayClient{link, 10s}.list("d");
    REQUIRE_FALSE(machine);
    CHECK(machine.error().exit_code == ExitCode::no_connection);
}

TEST_CASE("drop: is sent once and waits a minute beyond its delay")
{
    ScriptedLink link{"OK:  Dropping drink"};
    CHECK(SundayClient{link, 10s}.drop(3, 30s, {}));
    CHECK(link.sent == Lines{"DROP 3 30"});
    CHECK(link.last_patience == 90s);
}

TEST_CASE("drop: a refusal is told with its code")
{
    ScriptedLink link{"WARN 152 Drop in progress, please wait before dropping again"};
    const auto dropped = SundayClient{link, 10s}.drop(3, 0s, {});
    REQUIRE_FALSE(dropped);
    CHECK(dropped.error().exit_code == ExitCode::refused);
    CHECK(dropped.error().code == 152);
}

TEST_CASE("drop: 103 leaves the outcome unknown")
{
    ScriptedLink link{"ERR 103 Unknown Failure. Drop 77."};
    const auto dropped = SundayClient{link, 10s}.drop(3, 0s, {});
    REQUIRE_FALSE(dropped);
    CHECK(dropped.error().exit_code == ExitCode::outcome_unknown);
    CHECK(dropped.error().drop == 77);
}

TEST_CASE("drop: without an answer the outcome is unknown, and nothing is sent again")
{
    const auto end = GENERATE(LinkEnd::closed, LinkEnd::silent, LinkEnd::line_too_long);
    ScriptedLink link{end};
    const auto dropped = SundayClient{link, 10s}.drop(3, 0s, {});
    REQUIRE_FALSE(dropped);
    CHECK(dropped.error().exit_code == ExitCode::outcome_unknown);
    CHECK(link.sent.size() == 1);
}

TEST_CASE("drop: an answer that is not understood leaves the outcome unknown")
{
    ScriptedLink link{"Bon appetit"};
    const auto dropped = SundayClient{link, 10s}.drop(3, 0s, {});
    REQUIRE_FALSE(dropped);
    CHECK(dropped.error().exit_code == ExitCode::outcome_unknown);
}

TEST_CASE("drop: an interrupt during the delay is told as one, not as an unknown outcome")
{
    ScriptedLink link{LinkEnd::interrupted};
    const auto dropped = SundayClient{link, 10s}.drop(3, 30s, {});
    REQUIRE_FALSE(dropped);
    CHECK(dropped.error().exit_code == ExitCode::interrupted);
}

TEST_CASE("drop: an interrupt when the delay is over leaves the outcome unknown")
{
    ScriptedLink link{LinkEnd::interrupted};
    const auto dropped = SundayClient{link, 10s}.drop(3, 0s, {});
    REQUIRE_FALSE(dropped);
    CHECK(dropped.error().exit_code == ExitCode::outcome_unknown);
}

TEST_CASE("send: credits are sent once")
{
    ScriptedLink link{"OK: "};
    CHECK(SundayClient{link, 10s}.send_credits("bob", 20));
    CHECK(link.sent == Lines{"SENDCREDITS 20 bob"});
    CHECK(link.last_patience == 10s);
}

TEST_CASE("send: a refusal is told with its code")
{
    ScriptedLink link{"ERR 208 Transfer error - user doesnt exist"};
    const auto sent = SundayClient{link, 10s}.send_credits("bob", 20);
    REQUIRE_FALSE(sent);
    CHECK(sent.error().exit_code == ExitCode::refused);
    CHECK(sent.error().code == 208);
}

TEST_CASE("send: without an answer that is understood the outcome is unknown")
{
    const ScriptedLink::Event answer = GENERATE(values<ScriptedLink::Event>(
        {LinkEnd::closed, LinkEnd::silent, LinkEnd::interrupted, "Merci"}));
    ScriptedLink link{answer};
    const auto sent = SundayClient{link, 10s}.send_credits("bob", 20);
    REQUIRE_FALSE(sent);
    CHECK(sent.error().exit_code == ExitCode::outcome_unknown);
    CHECK(link.sent.size() == 1);
}
