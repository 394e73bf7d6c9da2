// The simulated board with drops that have ids.
#include "clients/tini_sim/board.hpp"
#include "support/catch.hpp"

#include <string>
#include <vector>

using namespace std::chrono_literals;
using protocol::DropId;
using tini_sim::Behaviour;
using tini_sim::Board;
using tini_sim::Cabinet;
using tini_sim::DropNotes;
using tini_sim::Faults;
using tini_sim::Step;

namespace {

Cabinet cabinet(tini_sim::CabinetSlot slot = {.number = 1})
{
    return {.machine = "d", .password = "secret", .slots = {slot}};
}

Behaviour with(const Faults& faults) { return {.faults = faults, .tini2 = true}; }

std::string sent(const std::vector<Step>& steps)
{
    std::string bytes;
    for (const auto& step : steps) bytes += step.bytes;
    return bytes;
}

void log_in(Board& board)
{
    board.connected();
    board.heard("1 2");
    REQUIRE(board.logged_in());
}

Board logged_in(const Behaviour& behaviour, const Cabinet& around = cabinet())
{
    Board board{around, behaviour};
    log_in(board);
    return board;
}

// What a board would answer that had kept no more than this step asked it to keep.
std::string kept(const Step& step, std::int64_t id)
{
    REQUIRE(step.notes);
    auto notes = *step.notes;
    return protocol::tini::format_outcome(notes.ask(DropId{id}));
}

}  // namespace

TEST_CASE("board, tini 2: the offer stands behind the password")
{
    const Behaviour tini = with({});
    CHECK(sent(Board{cabinet(), tini}.connected()) == "0secret 2\n");
    Behaviour pi = with({});
    pi.spelling = tini_sim::Spelling::pi;
    CHECK(sent(Board{cabinet(), pi}.connected()) == "0 secret 2\n");
}

TEST_CASE("board, tini 2: after an offer in vain the next login is plain, and the one after offers")
{
    const auto behaviour = with({});
    Board board{cabinet(), behaviour};
    board.connected();
    SECTION("refused")
    {
        const auto steps = board.heard("2");
        CHECK(steps.front().note.contains("the offer of tini 2"));
        CHECK_FALSE(steps.front().alarm);
    }
    SECTION("not answered") { board.login_unanswered(); }
    CHECK(sent(board.connected()) == "0secret\n");
    CHECK(sent(board.heard("1")) == "71 1\n838.75\n");
    CHECK(sent(board.heard("31")) == "4\n71 1\n");
    CHECK(sent(board.connected()) == "0secret 2\n");
}

TEST_CASE("board, tini 2: an offer that a broken link kept from its answer is made again")
{
    const auto behaviour = with({});
    Board board{cabinet(), behaviour};
    board.connected();
    CHECK(sent(board.connected()) == "0secret 2\n");
}

TEST_CASE("board, tini 2: a server that takes the whole as a password gets a plain board")
{
    const auto behaviour = with({});
    Board board{cabinet(), behaviour};
    board.connected();
    CHECK(sent(board.heard("1")) == "71 1\n838.75\n");
    CHECK(sent(board.heard("31")) == "4\n71 1\n");
    CHECK(board.heard("A 7").front().alarm);
}

TEST_CASE("board, tini 2: what was not offered can not be accepted")
{
    const Behaviour behaviour;
    Board board{cabinet(), behaviour};
    board.connected();
    CHECK(board.heard("1 2").front().alarm);
    CHECK_FALSE(board.logged_in());
}

TEST_CASE("board, tini 2: a drop is noted before the motor runs, and its outcome before the answer")
{
    const auto behaviour = with({});
    auto board = logged_in(behaviour);
    const auto steps = board.heard("3 1 7");
    CHECK(sent(steps) == "4 7\n71 1\n");
    REQUIRE(steps.size() == 3);
    CHECK(steps[0].after == 0ms);
    CHECK(kept(steps[0], 7) == "A 7 unknown\n");
    CHECK(steps[1].after == behaviour.drop_time);
    CHECK(kept(steps[1], 7) == "A 7 done\n");
}

TEST_CASE("board, tini 2: a drop without an id stops the reader")
{
    const auto behaviour = with({});
    auto board = logged_in(behaviour);
    CHECK(board.heard("31").front().alarm);
    CHECK(board.heard("6").empty());
}

TEST_CASE("board, tini 2: a nack says why, if there is a why")
{
    auto behaviour = with({.nack = 1});
    SECTION("nothing")
    {
        auto board = logged_in(behaviour);
        CHECK(sent(board.heard("3 1 7")) == "5 7\n71 1\n");
        CHECK(sent(board.heard("A 7")) == "A 7 refused\n");
    }
    SECTION("a fault's reason")
    {
        behaviour.nack_reason = protocol::Refusal::motor_jammed;
        auto board = logged_in(behaviour);
        CHECK(sent(board.heard("3 1 7")) == "5 7 jammed\n71 1\n");
        CHECK(sent(board.heard("A 7")) == "A 7 refused jammed\n");
    }
    SECTION("the slot is empty")
    {
        auto board = logged_in(behaviour, cabinet({.number = 1, .cans = 0}));
        CHECK(sent(board.heard("3 1 7")) == "5 7 empty\n71 0\n");
    }
}

TEST_CASE("board, tini 2: a drop that comes again is answered from the notes, and no can falls")
{
    const auto behaviour = with({});
    auto board = logged_in(behaviour, cabinet({.number = 1, .cans = 2}));
    board.heard("3 1 7");
    CHECK(sent(board.heard("3 1 7")) == "4 7\n71 1\n");
    CHECK(board.tally().drops() == 1);
    CHECK(sent(board.heard("3 1 8")) == "4 8\n71 0\n");
}

TEST_CASE("board, tini 2: a drop that it said it had not seen is refused when it comes")
{
    const auto behaviour = with({});
    auto board = logged_in(behaviour);
    board.heard("3 1 7");
    const auto steps = board.heard("A 9");
    CHECK(sent(steps) == "A 9 unseen\n");
    CHECK(kept(steps.front(), 9) == "A 9 refused\n");
    CHECK(sent(board.heard("3 1 9")) == "5 9\n71 1\n");
}

TEST_CASE("board, tini 2: whatever kept the answer from the server, the next link asks and gets it")
{
    const auto faults = GENERATE(Faults{.silence = 1}, Faults{.late = 1}, Faults{.disconnect = 1});
    const auto behaviour = with(faults);
    auto board = logged_in(behaviour);
    board.heard("3 1 7");
    log_in(board);
    CHECK(sent(board.heard("A 7")) == "A 7 done\n");
}

TEST_CASE("board, tini 2: the outcome of a late answer is noted when the motor stops")
{
    const auto behaviour = with({.late = 1, .late_by = 30s});
    auto board = logged_in(behaviour);
    const auto steps = board.heard("3 1 7");
    REQUIRE(steps.size() == 4);
    CHECK(kept(steps[1], 7) == "A 7 done\n");
    CHECK(steps[1].after == behaviour.drop_time);
    CHECK(steps[2].after == 30s);
    CHECK(steps[2].bytes == "4 7\n");
}

TEST_CASE("board, tini 2: a broken link does not stop the motor, whose end is noted")
{
    const auto behaviour = with({.disconnect = 1});
    auto board = logged_in(behaviour);
    const auto steps = board.heard("3 1 7");
    REQUIRE(steps.size() == 3);
    CHECK(steps[1].hangs_up);
    CHECK(kept(steps[2], 7) == "A 7 done\n");
}

TEST_CASE("board, tini 2: after a power failure in the middle of a drop nobody knows")
{
    const auto behaviour = with({.power_loss = 1});
    auto board = logged_in(behaviour);
    const auto steps = board.heard("3 1 7");
    CHECK(sent(steps).empty());
    CHECK(steps.back().hangs_up);
    CHECK(board.tally().power_losses == 1);
    log_in(board);
    CHECK(sent(board.heard("A 7")) == "A 7 unknown\n");
    CHECK(sent(board.heard("3 1 7")).empty());
}

TEST_CASE("board, tini 2: of the cans of power failures about every other falls")
{
    const auto behaviour = with({.power_loss = 1});
    auto board = logged_in(behaviour, cabinet({.number = 1, .cans = 1'000}));
    int fallen = 0;
    for (int id = 1; id <= 200; ++id) {
        const auto steps = board.heard("3 1 " + std::to_string(id));
        if (steps.back().note.contains("dropped, ")) ++fallen;
    }
    CHECK(fallen > 60);
    CHECK(fallen < 140);
}

TEST_CASE("board, tini 2: notes of the last time are known")
{
    DropNotes notes;
    notes.begin(DropId{7});
    notes.end({.drop = DropId{7}, .what = DropNotes::Outcome::What::done});
    const auto behaviour = with({});
    Board board{cabinet(), behaviour, notes};
    log_in(board);
    CHECK(sent(board.heard("A 7")) == "A 7 done\n");
}
