// What a board reports besides answers: its sensors and its temperature.
#include "machine_rig.hpp"
#include "support/catch.hpp"

#include <string_view>

TEST_CASE("machine reports: sensors are matched by slot number and not by place in the line")
{
    MachineRig rig{three_slots(true)};
    rig.connect();
    rig.board_says("7 3 0 ` 1 1");
    REQUIRE(rig.effects() == Effects{"slot 3 empty", "slot 1 present"});
}

TEST_CASE("machine reports: only sensors that changed are reported")
{
    MachineRig rig{three_slots(true)};
    rig.connect();
    rig.board_says("7 1 1 ` 2 1 ` 3 1");
    rig.effects();
    rig.board_says("7 1 1 ` 2 0 ` 3 1");
    REQUIRE(rig.effects() == Effects{"slot 2 empty"});
    rig.board_says("7 1 1 ` 2 0 ` 3 1");
    REQUIRE(rig.effects().empty());
}

TEST_CASE("machine reports: what the sensors said last is known from the start")
{
    auto setup = three_slots(true);
    setup.slots[1].sensor = machines::Sensor::present;
    MachineRig rig{setup};
    rig.connect();
    rig.board_says("7 2 1");
    REQUIRE(rig.effects().empty());
}

TEST_CASE("machine reports: slots that the machine does not have are ignored, the others count")
{
    MachineRig rig{three_slots(true)};
    rig.connect();
    rig.board_says("7 0 1 ` 4 0 ` 2 0 ` 257 0 ` -1 0");
    REQUIRE(rig.effects() == Effects{"slot 2 empty"});
}

TEST_CASE("machine reports: an unusable part of a status line is told, the others count")
{
    MachineRig rig{three_slots(true)};
    rig.connect();
    rig.board_says("7 1 x ` 2 0");
    REQUIRE(
        rig.effects() == Effects{"bad line: a part of a status line was unusable", "slot 2 empty"});
}

TEST_CASE("machine reports: a machine without sensors ignores what its board says of slots")
{
    MachineRig rig{three_slots(false)};
    rig.connect();
    rig.board_says("7 1 0 ` 2 0");
    REQUIRE(rig.effects().empty());
    rig.drop(1, 1);
    REQUIRE(rig.effects() == Effects{"send 1 to slot 1"});
}

TEST_CASE("machine reports: a temperature is told")
{
    MachineRig rig;
    rig.connect();
    rig.board_says("8 38.5");
    REQUIRE(rig.effects() == Effects{"38.5 F"});
}

TEST_CASE("machine reports: the ends of what a sensor can read are told")
{
    for (const std::string_view line : {"8 -67", "8 184.9", "8 -0.5"}) {
        CAPTURE(line);
        MachineRig rig;
        rig.connect();
        rig.board_says(line);
        REQUIRE(rig.effects().front().ends_with(" F"));
    }
}

TEST_CASE("machine reports: a temperature that can not be is not told")
{
    // 0 is a failed reading, 185 what the usual sensor says after a power glitch.
    for (const std::string_view line : {"8 0", "8 0.0", "8 -0", "8 185", "8 -67.5", "8 1e300"}) {
        CAPTURE(line);
        MachineRig rig;
        rig.connect();
        rig.board_says(line);
        REQUIRE(rig.effects() == Effects{"bad line: a temperature that cannot be"});
    }
}

TEST_CASE("machine reports: a line that is not understood is told and harms nothing")
{
    MachineRig rig;
    rig.connect();
    rig.board_says({"", "x", "8 warm", "9"});
    for (const auto& effect : rig.effects()) REQUIRE(effect == "bad line: an unknown line");
    REQUIRE(rig.machine.online());
}
