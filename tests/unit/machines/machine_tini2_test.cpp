// A machine and a board that speaks tini 2: drops have ids, and a lost answer can be asked for.
#include "machine_rig.hpp"
#include "support/catch.hpp"

#include <chrono>

using namespace std::chrono_literals;

namespace {

constexpr auto plain = BoardProtocol::tini;
constexpr auto tini2 = BoardProtocol::tini2;

// Drop 1 was sent to the board, and the connection broke before its answer.
MachineRig lost_one()
{
    MachineRig rig;
    rig.connect(tini2);
    rig.drop(1, 1, tini2);
    rig.hang_up();
    rig.effects();
    return rig;
}

// The same, the board is back and was asked.
MachineRig asked_about_one()
{
    auto rig = lost_one();
    rig.connect(tini2);
    REQUIRE(rig.effects() == Effects{"ask about 1"});
    return rig;
}

}  // namespace

TEST_CASE("machine tini 2: a drop is sent with its id, and its answer settles it")
{
    MachineRig rig;
    rig.connect(tini2);
    rig.drop(1, 2, tini2);
    REQUIRE(rig.effects() == Effects{"send 1 to slot 2 with its id"});
    rig.board_says("4 1");
    REQUIRE(rig.effects() == Effects{"1 acked"});
}

TEST_CASE("machine tini 2: a nack carries the board's reason")
{
    MachineRig rig;
    rig.connect(tini2);
    rig.drop(1, 1, tini2);
    rig.effects();
    rig.machine.on_message(protocol::tini::parse_board_message("5 1 jammed"), rig.now);
    const auto effects = rig.machine.take_effects();
    REQUIRE(effects.size() == 1);
    REQUIRE(std::get<machines::DropEnded>(effects[0]).event == machines::DropEvent::nacked);
    REQUIRE(std::get<machines::DropEnded>(effects[0]).refusal == protocol::Refusal::motor_jammed);
}

TEST_CASE("machine tini 2: another drop's answer is not taken for the open one's")
{
    MachineRig rig;
    rig.connect(tini2);
    rig.drop(2, 1, tini2);
    rig.effects();
    rig.board_says("4 1");
    REQUIRE(rig.effects() == Effects{"stray: 1 acked"});
    REQUIRE(rig.machine.in_flight() == machines::DropId{2});
}

TEST_CASE("machine tini 2: an answer without an id settles nothing")
{
    MachineRig rig;
    rig.connect(tini2);
    rig.drop(1, 1, tini2);
    rig.effects();
    rig.board_says("4");
    REQUIRE(rig.effects() == Effects{"bad line: an answer without an id"});
    REQUIRE(rig.machine.in_flight() == machines::DropId{1});
}

TEST_CASE("machine tini 2: on a plain link an answer with an id settles nothing")
{
    MachineRig rig;
    rig.connect();
    rig.drop(1);
    rig.effects();
    rig.board_says("4 1");
    REQUIRE(rig.effects() == Effects{"bad line: an answer with an id"});
    REQUIRE(rig.machine.in_flight() == machines::DropId{1});
}

TEST_CASE("machine tini 2: an answer that is said twice settles once")
{
    MachineRig rig;
    rig.connect(tini2);
    rig.drop(1, 1, tini2);
    rig.drop(2, 1, tini2);
    rig.effects();
    rig.board_says({"4 1", "4 1"});
    REQUIRE(rig.effects() == Effects{"1 acked", "stray: 1 acked", "send 2 to slot 1 with its id"});
}

TEST_CASE("machine tini 2: a late answer frees the suspect link")
{
    MachineRig rig;
    rig.connect(tini2);
    rig.drop(1, 1, tini2);
    rig.drop(2, 1, tini2);
    rig.effects();
    rig.pass(20s);
    REQUIRE(rig.effects() == Effects{"1 lost: no answer in time"});
    rig.board_says("4 1");
    REQUIRE(rig.effects() == Effects{"1 acked late", "send 2 to slot 1 with its id"});
}

TEST_CASE("machine tini 2: a drop that was answered late is not asked about")
{
    MachineRig rig;
    rig.connect(tini2);
    rig.drop(1, 1, tini2);
    rig.pass(20s);
    rig.board_says("4 1");
    rig.hang_up();
    rig.effects();
    rig.connect(tini2);
    REQUIRE(rig.effects().empty());
}

TEST_CASE("machine tini 2: the board is asked about a lost drop before it gets a new one")
{
    auto rig = lost_one();
    rig.log_in(tini2);
    rig.drop(2, 1, tini2);
    REQUIRE(rig.effects().empty());
    rig.board_says("9");
    REQUIRE(rig.effects() == Effects{"ask about 1"});
    rig.board_says("A 1 done");
    REQUIRE(rig.effects() == Effects{"1 acked late", "send 2 to slot 1 with its id"});
}

TEST_CASE("machine tini 2: refused and unseen release the drop")
{
    for (const std::string_view answer : {"A 1 refused", "A 1 refused jammed", "A 1 unseen"}) {
        CAPTURE(answer);
        auto rig = asked_about_one();
        rig.board_says(answer);
        REQUIRE(rig.effects() == Effects{"1 nacked late"});
    }
}

TEST_CASE("machine tini 2: what the board cannot know is not asked again")
{
    auto rig = asked_about_one();
    rig.board_says("A 1 unknown");
    REQUIRE(rig.effects() == Effects{"1 never known"});
    rig.hang_up();
    rig.connect(tini2);
    REQUIRE(rig.effects().empty());
}

TEST_CASE("machine tini 2: several lost drops are asked about one after another")
{
    auto setup = three_slots();
    setup.unsettled = {machines::DropId{1}, machines::DropId{2}};
    MachineRig rig{std::move(setup)};
    rig.connect(tini2);
    rig.drop(3, 1, tini2);
    REQUIRE(rig.effects() == Effects{"ask about 1"});
    rig.board_says("A 1 done");
    REQUIRE(rig.effects() == Effects{"1 acked late", "ask about 2"});
    rig.board_says("A 2 unseen");
    REQUIRE(rig.effects() == Effects{"2 nacked late", "send 3 to slot 1 with its id"});
}

TEST_CASE("machine tini 2: a board that does not answer a question is hung up on and asked again")
{
    auto rig = asked_about_one();
    rig.pass(20s);
    REQUIRE(rig.effects() == Effects{"close: did not answer in time"});
    rig.connect(tini2);
    REQUIRE(rig.effects() == Effects{"ask about 1"});
}

TEST_CASE("machine tini 2: an outcome is taken from the board that was asked, and once")
{
    auto rig = asked_about_one();
    rig.board_says({"A 7 done", "A 1 done", "A 1 done"});
    REQUIRE(
        rig.effects() == Effects{
                             "bad line: an outcome that nobody waits for", "1 acked late",
                             "bad line: an outcome that nobody waits for"});
}

TEST_CASE("machine tini 2: the outcome of a drop in flight is not believed")
{
    MachineRig rig;
    rig.connect(tini2);
    rig.drop(1, 1, tini2);
    rig.effects();
    rig.board_says("A 1 unseen");
    REQUIRE(rig.effects() == Effects{"bad line: an outcome that nobody waits for"});
    REQUIRE(rig.machine.in_flight() == machines::DropId{1});
}

TEST_CASE("machine tini 2: an answer that comes before the asked outcome is the late answer")
{
    auto rig = asked_about_one();
    rig.board_says("4 1");
    REQUIRE(rig.effects() == Effects{"1 acked late"});
    rig.drop(2, 1, tini2);
    REQUIRE(rig.effects().empty());
    rig.board_says("A 1 done");
    REQUIRE(
        rig.effects() ==
        Effects{"bad line: an outcome that nobody waits for", "send 2 to slot 1 with its id"});
}

TEST_CASE("machine tini 2: a board that is back without it is not asked, and is asked later")
{
    auto rig = lost_one();
    rig.connect(plain);
    REQUIRE(rig.effects().empty());
    rig.connect(tini2);
    REQUIRE(rig.effects() == Effects{"ask about 1"});
}

TEST_CASE("machine tini 2: a drop that was sent without its id is never asked about")
{
    MachineRig rig;
    rig.connect(plain);
    rig.drop(1);
    rig.hang_up();
    rig.effects();
    rig.connect(tini2);
    REQUIRE(rig.effects().empty());
}

TEST_CASE("machine tini 2: while a settlement is not durable the board is not asked")
{
    auto rig = lost_one();
    rig.pause();
    rig.connect(tini2);
    REQUIRE(rig.effects().empty());
    rig.resume();
    REQUIRE(rig.effects() == Effects{"ask about 1"});
}

TEST_CASE("machine tini 2: a protocol that changed since the reservation is stored before sending")
{
    MachineRig rig;
    rig.connect(tini2);
    rig.drop(1, 1, plain);
    rig.drop(2, 1, tini2);
    REQUIRE(rig.effects() == Effects{"store that 1 goes by id"});
    rig.pass(1s);
    REQUIRE(rig.effects().empty());
    rig.protocol_stored(1, tini2, true);
    REQUIRE(rig.effects() == Effects{"send 1 to slot 1 with its id"});
}

TEST_CASE("machine tini 2: a drop whose protocol cannot be stored is not sent")
{
    MachineRig rig;
    rig.connect(plain);
    rig.drop(1, 1, tini2);
    rig.drop(2, 1, plain);
    REQUIRE(rig.effects() == Effects{"store that 1 goes by order"});
    rig.protocol_stored(1, plain, false);
    REQUIRE(
        rig.effects() ==
        Effects{"1 not sent: the ledger cannot write at present", "send 2 to slot 1"});
}

TEST_CASE("machine tini 2: a protocol that changes while it is stored is stored again")
{
    MachineRig rig;
    rig.connect(tini2);
    rig.drop(1, 1, plain);
    rig.effects();
    rig.connect(plain);
    rig.protocol_stored(1, tini2, true);
    REQUIRE(rig.effects() == Effects{"store that 1 goes by order"});
    rig.protocol_stored(1, plain, true);
    REQUIRE(rig.effects() == Effects{"send 1 to slot 1"});
}

TEST_CASE("machine tini 2: what was stored for a drop that is gone concerns nobody")
{
    MachineRig rig;
    rig.connect(tini2);
    rig.drop(1, 1, plain);
    rig.hang_up();
    rig.connect(tini2);
    rig.drop(2, 1, tini2);
    rig.effects();
    rig.protocol_stored(1, tini2, true);
    REQUIRE(rig.effects() == Effects{"send 2 to slot 1 with its id"});
}
