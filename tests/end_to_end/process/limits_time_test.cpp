#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/daemon.hpp"
#include "support/fake_board.hpp"
#include "support/wait.hpp"

using namespace support;

namespace {

const std::vector<Account> alice{{.name = "alice", .credits = 250}};

nlohmann::json with_idle(double idle_s, double idle_logged_in_s)
{
    auto settings = small_house();
    settings["limits"] = {
        {"idle_s", idle_s}, {"idle_logged_in_s", idle_logged_in_s}, {"line_bytes", 65'536}};
    return settings;
}

constexpr auto goodbye = "ERR 450 Timeout, disconnecting.\r\n";

}  // namespace

TEST_CASE("limits: a client that says nothing is told so after the idle time and closed")
{
    const Daemon daemon{with_idle(0.2, 3'600)};
    Client client{daemon.sunday_port()};
    Client classic{daemon.sunday_port(1)};
    CHECK(client.rest() == goodbye);
    CHECK(classic.rest() == "ERR 450 Timeout, disconnecting.\n");
}

TEST_CASE("limits: a byte now and then does not keep a connection")
{
    const Daemon daemon{with_idle(0.5, 3'600)};
    Client client{daemon.sunday_port()};
    wait_until("the trickling client to be closed", [&] { return !client.try_send("x"); });
    daemon.wait_for_log("reason=\"idle for too long\"");
}

TEST_CASE("limits: whoever is logged in has an idle time of their own")
{
    const bool longer = GENERATE(true, false);
    const Daemon daemon{longer ? with_idle(0.2, 3'600) : with_idle(3'600, 0.2), alice};
    Client stranger{daemon.sunday_port()};
    Client member{daemon.sunday_port()};
    member.log_in("alice");
    auto& closed = longer ? stranger : member;
    auto& kept = longer ? member : stranger;
    CHECK(closed.rest() == goodbye);
    CHECK(kept.ask("LOCATION") == "OK: NRH (North)\r\n");
}

TEST_CASE("limits: an idle time of 0 is none")
{
    const Daemon daemon{with_idle(0, 0.2), alice};
    Client stranger{daemon.sunday_port()};
    Client member{daemon.sunday_port()};
    member.log_in("alice");
    CHECK(member.rest() == goodbye);
    CHECK(stranger.ask("LOCATION") == "OK: NRH (North)\r\n");
}

TEST_CASE("limits: a member whose drop is under way is not idle")
{
    const Daemon daemon{
        with_idle(3'600, 0.2), {{.name = "alice", .credits = 250}, {.name = "bob"}}};
    auto board = FakeBoard::online(daemon.boards_port(), "big");
    Client waiting{daemon.sunday_port()};
    waiting.log_in("alice");
    waiting.send("DROP 1\n");
    board.expect("31\n");
    Client idle{daemon.sunday_port()};
    idle.log_in("bob");
    CHECK(idle.rest() == goodbye);
    board.send("4\n");
    CHECK(waiting.line() == "OK:  Dropping drink\r\n");
}
