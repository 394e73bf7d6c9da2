// A machine and the life of its board's link: login, timeout, silence, replacement, end.
#include "machine_rig.hpp"
#include "support/catch.hpp"

#include <chrono>

using namespace std::chrono_literals;

TEST_CASE("machine link: the first drop waits for the board's first line")
{
    MachineRig rig;
    rig.log_in();
    REQUIRE(rig.machine.online());
    rig.drop(1);
    REQUIRE(rig.effects().empty());
    rig.board_says("9");
    REQUIRE(rig.effects() == Effects{"send 1 to slot 1"});
}

TEST_CASE("machine link: any first line will do, also one that says nothing")
{
    for (const std::string_view line : {"7 1 1", "8 38.5", "9", "x", ""}) {
        CAPTURE(line);
        MachineRig rig;
        rig.log_in();
        rig.drop(1);
        rig.board_says(line);
        REQUIRE(rig.machine.in_flight() == machines::DropId{1});
    }
}

TEST_CASE("machine link: the first drop waits at most 250 ms for a first line")
{
    MachineRig rig;
    rig.log_in();
    rig.drop(1);
    rig.pass(249ms);
    REQUIRE(rig.effects().empty());
    REQUIRE(rig.machine.next_look() == rig.now + 1ms);
    rig.pass(1ms);
    REQUIRE(rig.effects() == Effects{"send 1 to slot 1"});
}

TEST_CASE("machine link: a board that says nothing after its login is next looked at when silent")
{
    MachineRig rig;
    rig.log_in();
    rig.pass(250ms);
    REQUIRE(rig.machine.next_look() == rig.now - 250ms + 90s);
}

TEST_CASE("machine link: no answer in time leaves the drop lost and the link suspect")
{
    MachineRig rig;
    rig.connect();
    rig.drop(1);
    rig.effects();
    rig.pass(19'999ms);
    REQUIRE(rig.effects().empty());
    rig.pass(1ms);
    REQUIRE(rig.effects() == Effects{"1 lost: no answer in time"});
    REQUIRE(rig.machine.suspect());
    REQUIRE(rig.machine.online());
    REQUIRE_FALSE(rig.machine.in_flight().has_value());
}

TEST_CASE("machine link: nothing is sent on a suspect link")
{
    MachineRig rig;
    rig.connect();
    rig.drop(1);
    rig.drop(2);
    rig.pass(20s);
    rig.effects();
    rig.board_says({"7 1 1", "8 38.5", "9"});
    rig.pass(19s);
    REQUIRE(rig.effects() == Effects{"38.5 F"});
    REQUIRE(rig.machine.suspect());
    REQUIRE(rig.machine.queued() == 1);
}

TEST_CASE("machine link: a late ack is the lost drop's, not the next one's, and frees the link")
{
    MachineRig rig;
    rig.connect();
    rig.drop(1, 1);
    rig.drop(2, 2);
    rig.pass(20s);
    rig.effects();
    rig.board_says("4");
    REQUIRE(rig.effects() == Effects{"1 acked late", "send 2 to slot 2"});
    REQUIRE_FALSE(rig.machine.suspect());
    rig.board_says("5");
    REQUIRE(rig.effects() == Effects{"2 nacked"});
}

TEST_CASE("machine link: a late nack is the lost drop's too")
{
    MachineRig rig;
    rig.connect();
    rig.drop(1, 1);
    rig.drop(2, 2);
    rig.pass(20s);
    rig.effects();
    rig.board_says("5");
    REQUIRE(rig.effects() == Effects{"1 nacked late", "send 2 to slot 2"});
}

TEST_CASE("machine link: a late answer counts once")
{
    MachineRig rig;
    rig.connect();
    rig.drop(1);
    rig.pass(20s);
    rig.effects();
    rig.board_says({"4", "4"});
    REQUIRE(rig.effects() == Effects{"1 acked late", "stray: acked"});
}

TEST_CASE("machine link: an answer after the time but before anybody looked is in time")
{
    MachineRig rig;
    rig.connect();
    rig.drop(1);
    rig.effects();
    rig.now += 21s;
    rig.board_says("4");
    REQUIRE(rig.effects() == Effects{"1 acked"});
}

TEST_CASE("machine link: without an answer for another ack timeout the link is closed")
{
    MachineRig rig;
    rig.connect();
    rig.drop(1);
    rig.drop(2);
    rig.pass(20s);
    rig.effects();
    rig.pass(19'999ms);
    REQUIRE(rig.effects().empty());
    rig.pass(1ms);
    REQUIRE(
        rig.effects() ==
        Effects{"close: did not answer in time", "2 not sent: the board is not connected"});
    REQUIRE_FALSE(rig.machine.online());
}

TEST_CASE("machine link: a login after a suspect link starts a clean one")
{
    MachineRig rig;
    rig.connect();
    rig.drop(1);
    rig.pass(20s);
    rig.drop(2);
    rig.effects();
    rig.connect();
    REQUIRE(rig.effects() == Effects{"send 2 to slot 1"});
    rig.board_says("4");
    REQUIRE(rig.effects() == Effects{"2 acked"});
}

TEST_CASE("machine link: a board silent for 90 s is asked for its status, once")
{
    MachineRig rig;
    rig.connect();
    rig.pass(89'999ms);
    REQUIRE(rig.effects().empty());
    REQUIRE(rig.machine.next_look() == rig.now + 1ms);
    rig.pass(1ms);
    REQUIRE(rig.effects() == Effects{"ask status"});
    rig.pass(10s);
    REQUIRE(rig.effects().empty());
}

TEST_CASE("machine link: a board that never said a line is asked too")
{
    MachineRig rig;
    rig.log_in();
    rig.pass(90s);
    REQUIRE(rig.effects() == Effects{"ask status"});
}

TEST_CASE("machine link: any line ends a silence")
{
    MachineRig rig;
    rig.connect();
    rig.pass(89s);
    rig.board_says("9");
    rig.pass(89s);
    REQUIRE(rig.effects().empty());
    rig.pass(1s);
    REQUIRE(rig.effects() == Effects{"ask status"});
}

TEST_CASE("machine link: a board is never asked while a drop is unanswered")
{
    auto setup = three_slots();
    setup.link.ack_timeout = 60s;
    MachineRig rig{setup};
    rig.connect();
    rig.pass(80s);
    rig.drop(1);
    rig.effects();
    rig.pass(20s);
    REQUIRE(rig.effects().empty());
    rig.pass(40s);
    REQUIRE(rig.effects() == Effects{"1 lost: no answer in time"});
}

TEST_CASE("machine link: an unanswered status request holds drops back until a line comes")
{
    MachineRig rig;
    rig.connect();
    rig.pass(90s);
    rig.drop(1);
    REQUIRE(rig.effects() == Effects{"ask status"});
    rig.board_says("7 1 1");
    REQUIRE(rig.effects() == Effects{"send 1 to slot 1"});
}

TEST_CASE("machine link: a board silent for 150 s is given up")
{
    MachineRig rig;
    rig.connect();
    rig.pass(90s);
    rig.drop(1);
    rig.effects();
    REQUIRE(rig.machine.next_look() == rig.now + 60s);
    rig.pass(59'999ms);
    REQUIRE(rig.effects().empty());
    rig.pass(1ms);
    REQUIRE(
        rig.effects() ==
        Effects{"close: silent for too long", "1 not sent: the board is not connected"});
}

TEST_CASE("machine link: a silent board's open drop is lost with the link")
{
    auto setup = three_slots();
    setup.link.ack_timeout = 200s;
    MachineRig rig{setup};
    rig.connect();
    rig.drop(1);
    rig.effects();
    rig.pass(150s);
    REQUIRE(rig.effects() == Effects{"1 lost: silent for too long", "close: silent for too long"});
}

TEST_CASE("machine link: a new login replaces the link and loses only the drop in flight")
{
    MachineRig rig;
    rig.connect();
    rig.drop(1);
    rig.drop(2);
    rig.drop(3);
    rig.effects();
    rig.log_in();
    REQUIRE(rig.effects() == Effects{"1 lost: replaced by a new login"});
    REQUIRE(rig.machine.queued() == 2);
    rig.board_says("9");
    REQUIRE(rig.effects() == Effects{"send 2 to slot 1"});
}

TEST_CASE("machine link: an answer of the old link's drop on the new link is nobody's")
{
    MachineRig rig;
    rig.connect();
    rig.drop(1);
    rig.effects();
    rig.log_in();
    rig.effects();
    rig.board_says("4");
    REQUIRE(rig.effects() == Effects{"stray: acked"});
}

TEST_CASE("machine link: what a replaced board said in its last segment still counts")
{
    MachineRig rig;
    rig.connect();
    rig.drop(1);
    rig.effects();
    rig.machine.on_message(protocol::tini::Ack{}, rig.now);
    rig.log_in();
    REQUIRE(rig.effects() == Effects{"1 acked"});
}

TEST_CASE("machine link: a lost drop is not lost again when its link is replaced or breaks")
{
    for (const bool replaced : {false, true}) {
        MachineRig rig;
        rig.connect();
        rig.drop(1);
        rig.pass(20s);
        rig.effects();
        replaced ? rig.log_in() : rig.hang_up();
        REQUIRE(rig.effects().empty());
    }
}

TEST_CASE("machine link: when it breaks the drop in flight is lost and the queue is not sent")
{
    MachineRig rig;
    rig.connect();
    rig.drop(1);
    rig.drop(2);
    rig.effects();
    rig.hang_up();
    REQUIRE(rig.effects() == Effects{"1 lost: hung up", "2 not sent: the board is not connected"});
    REQUIRE_FALSE(rig.machine.online());
    REQUIRE_FALSE(rig.machine.next_look().has_value());
}

TEST_CASE("machine link: it breaks once")
{
    MachineRig rig;
    rig.connect();
    rig.drop(1);
    rig.hang_up();
    rig.effects();
    rig.hang_up();
    REQUIRE(rig.effects().empty());
}

TEST_CASE("machine link: lines that come after its end are ignored")
{
    MachineRig rig{three_slots(true)};
    rig.connect();
    rig.drop(1);
    rig.hang_up();
    rig.effects();
    rig.board_says({"4", "7 1 0", "8 38.5", "x"});
    REQUIRE(rig.effects().empty());
}

TEST_CASE("machine link: a login on a link that is logged in is a protocol error")
{
    MachineRig rig;
    rig.connect();
    rig.drop(1);
    rig.drop(2);
    rig.effects();
    rig.board_says({"0 password", "4"});
    REQUIRE(
        rig.effects() == Effects{
                             "1 lost: protocol error", "close: protocol error",
                             "2 not sent: the board is not connected"});
}

TEST_CASE("machine link: without a link there is nothing to look at later")
{
    MachineRig rig;
    REQUIRE_FALSE(rig.machine.next_look().has_value());
    rig.pass(1'000s);
    REQUIRE(rig.effects().empty());
}
