// The queue of a machine, and the answers of its board to drops.
#include "machine_rig.hpp"
#include "support/catch.hpp"

#include <chrono>

using namespace std::chrono_literals;

TEST_CASE("machine: a drop is sent at once when nothing is before it")
{
    MachineRig rig;
    rig.connect();
    REQUIRE(rig.drop(1, 2));
    REQUIRE(rig.effects() == Effects{"send 1 to slot 2"});
    REQUIRE(rig.machine.in_flight() == machines::DropId{1});
    REQUIRE(rig.machine.queued() == 0);
}

TEST_CASE("machine: an ack ends the drop in flight and sends the next")
{
    MachineRig rig;
    rig.connect();
    rig.drop(1, 1);
    rig.drop(2, 2);
    REQUIRE(rig.effects() == Effects{"send 1 to slot 1"});
    rig.board_says("4");
    REQUIRE(rig.effects() == Effects{"1 acked", "send 2 to slot 2"});
}

TEST_CASE("machine: a nack ends the drop in flight and sends the next")
{
    MachineRig rig;
    rig.connect();
    rig.drop(1, 1);
    rig.drop(2, 2);
    REQUIRE(rig.effects() == Effects{"send 1 to slot 1"});
    rig.board_says("5");
    REQUIRE(rig.effects() == Effects{"1 nacked", "send 2 to slot 2"});
}

TEST_CASE("machine: drops are sent in the order in which they came")
{
    MachineRig rig;
    rig.connect();
    for (const int id : {4, 2, 3, 1}) REQUIRE(rig.drop(id));
    Effects sent = rig.effects();
    for (int i = 0; i < 3; ++i) {
        rig.board_says("4");
        sent.push_back(rig.effects().back());
    }
    REQUIRE(
        sent ==
        Effects{"send 4 to slot 1", "send 2 to slot 1", "send 3 to slot 1", "send 1 to slot 1"});
}

TEST_CASE("machine: a second drop waits while the first is unanswered, however long")
{
    MachineRig rig;
    rig.connect();
    rig.drop(1);
    rig.drop(2);
    REQUIRE(rig.effects() == Effects{"send 1 to slot 1"});
    rig.pass(19s);
    REQUIRE(rig.effects().empty());
    REQUIRE(rig.machine.queued() == 1);
}

TEST_CASE("machine: a full queue refuses a drop")
{
    MachineRig rig;
    rig.connect();
    for (const int id : {1, 2, 3, 4}) REQUIRE(rig.drop(id));
    REQUIRE(rig.machine.queued() == rig.machine.queue_max());
    REQUIRE_FALSE(rig.drop(5));
    rig.board_says("4");
    REQUIRE(rig.drop(5));
}

TEST_CASE("machine: a refused drop has no effect")
{
    MachineRig rig;
    rig.connect();
    for (const int id : {1, 2, 3, 4}) rig.drop(id);
    rig.effects();
    rig.drop(5);
    rig.hang_up();
    REQUIRE(
        rig.effects() == Effects{
                             "1 lost: hung up", "2 not sent: the board is not connected",
                             "3 not sent: the board is not connected",
                             "4 not sent: the board is not connected"});
}

TEST_CASE("machine: without a board nothing is sent")
{
    MachineRig rig;
    REQUIRE_FALSE(rig.machine.online());
    rig.drop(1);
    REQUIRE(rig.effects() == Effects{"1 not sent: the board is not connected"});
    rig.connect();
    REQUIRE(rig.effects().empty());
}

TEST_CASE("machine: a slot that was disabled while the drop waited gets nothing")
{
    MachineRig rig;
    rig.connect();
    rig.drop(1, 1);
    rig.drop(2, 2);
    rig.drop(3, 3);
    rig.effects();
    rig.disabled.insert(2);
    rig.board_says("4");
    REQUIRE(
        rig.effects() ==
        Effects{"1 acked", "2 not sent: the slot was disabled", "send 3 to slot 3"});
}

TEST_CASE("machine: a slot whose sensor went empty while the drop waited gets nothing")
{
    MachineRig rig{three_slots(true)};
    rig.connect();
    rig.drop(1, 1);
    rig.drop(2, 2);
    rig.effects();
    rig.board_says("7 2 0");
    REQUIRE(rig.effects() == Effects{"slot 2 empty"});
    rig.board_says("4");
    REQUIRE(rig.effects() == Effects{"1 acked", "2 not sent: the slot's sensor says empty"});
}

TEST_CASE("machine: an ack and an empty slot in one segment stop the next drop of that slot")
{
    MachineRig rig{three_slots(true)};
    rig.connect();
    rig.drop(1, 1);
    rig.drop(2, 1);
    rig.effects();
    rig.board_says({"4", "7 1 0"});
    REQUIRE(
        rig.effects() ==
        Effects{"1 acked", "slot 1 empty", "2 not sent: the slot's sensor says empty"});
}

TEST_CASE("machine: what a sensor said before a restart counts")
{
    auto setup = three_slots(true);
    setup.slots[0].sensor = machines::Sensor::empty;
    MachineRig rig{setup};
    rig.connect();
    rig.drop(1, 1);
    REQUIRE(rig.effects() == Effects{"1 not sent: the slot's sensor says empty"});
}

TEST_CASE("machine: a slot that it does not have gets nothing")
{
    MachineRig rig;
    rig.connect();
    rig.drop(1, 200);
    REQUIRE(rig.effects() == Effects{"1 not sent: the machine has no such slot any more"});
}

TEST_CASE("machine: a status line never ends a drop")
{
    for (const bool has_sensor : {false, true}) {
        MachineRig rig{three_slots(has_sensor)};
        rig.connect();
        rig.drop(1, 1);
        rig.drop(2, 2);
        rig.effects();
        rig.board_says({"7 1 1", "71 0", "7", "7 1 1 ` 2 1 ` 3 1"});
        for (const auto& effect : rig.effects()) {
            CAPTURE(effect);
            REQUIRE(effect.starts_with("slot "));
        }
        REQUIRE(rig.machine.in_flight() == machines::DropId{1});
    }
}

TEST_CASE("machine: temperatures, signs of life and unknown lines never end a drop")
{
    MachineRig rig;
    rig.connect();
    rig.drop(1);
    rig.effects();
    rig.board_says({"8 38.5", "9", "", "x", "1", "6"});
    REQUIRE(rig.machine.in_flight() == machines::DropId{1});
}

TEST_CASE("machine: an answer that nobody waits for settles nothing")
{
    MachineRig rig;
    rig.connect();
    rig.board_says("4");
    REQUIRE(rig.effects() == Effects{"stray: acked"});
    rig.board_says("5");
    REQUIRE(rig.effects() == Effects{"stray: nacked"});
}

TEST_CASE("machine: a second ack for one drop does not end the next, which is sent after both")
{
    MachineRig rig;
    rig.connect();
    rig.drop(1);
    rig.drop(2);
    rig.effects();
    rig.board_says({"4", "4"});
    REQUIRE(rig.effects() == Effects{"1 acked", "stray: acked", "send 2 to slot 1"});
    REQUIRE(rig.machine.in_flight() == machines::DropId{2});
}

TEST_CASE("machine: a stray answer on a fresh link does not keep it from its drops")
{
    MachineRig rig;
    rig.log_in();
    rig.board_says("4");
    rig.drop(1);
    REQUIRE(rig.effects() == Effects{"stray: acked", "send 1 to slot 1"});
}

TEST_CASE("machine: while it is paused nothing is sent and answers still count")
{
    MachineRig rig;
    rig.connect();
    rig.drop(1);
    rig.drop(2);
    rig.effects();
    rig.pause();
    rig.board_says("4");
    REQUIRE(rig.effects() == Effects{"1 acked"});
    rig.pass(1s);
    REQUIRE(rig.effects().empty());
    rig.resume();
    REQUIRE(rig.effects() == Effects{"send 2 to slot 1"});
}

TEST_CASE("machine: two pauses need two resumes")
{
    MachineRig rig;
    rig.connect();
    rig.pause();
    rig.pause();
    rig.drop(1);
    rig.resume();
    REQUIRE(rig.effects().empty());
    rig.resume();
    REQUIRE(rig.effects() == Effects{"send 1 to slot 1"});
}

TEST_CASE("machine: a pause outlasts a link")
{
    MachineRig rig;
    rig.connect();
    rig.pause();
    rig.hang_up();
    rig.connect();
    rig.drop(1);
    REQUIRE(rig.effects().empty());
}

TEST_CASE("machine: after a stop what waits is not delivered")
{
    MachineRig rig;
    rig.connect();
    rig.drop(1);
    rig.drop(2);
    rig.drop(3);
    rig.effects();
    rig.stop();
    REQUIRE(
        rig.effects() ==
        Effects{"2 not sent: the daemon is stopping", "3 not sent: the daemon is stopping"});
}

TEST_CASE("machine: after a stop the drop in flight can still be answered")
{
    MachineRig rig;
    rig.connect();
    rig.drop(1);
    rig.stop();
    rig.effects();
    rig.board_says("4");
    REQUIRE(rig.effects() == Effects{"1 acked"});
}

TEST_CASE("machine: after a stop new drops are not delivered, on a new link neither")
{
    MachineRig rig;
    rig.connect();
    rig.stop();
    rig.drop(1);
    REQUIRE(rig.effects() == Effects{"1 not sent: the daemon is stopping"});
    rig.connect();
    rig.drop(2);
    REQUIRE(rig.effects() == Effects{"2 not sent: the daemon is stopping"});
}

TEST_CASE("machine: a stop ends also the drops of a paused machine")
{
    MachineRig rig;
    rig.connect();
    rig.pause();
    rig.drop(1);
    rig.stop();
    REQUIRE(rig.effects() == Effects{"1 not sent: the daemon is stopping"});
}
