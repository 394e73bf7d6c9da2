#include "clients/tini_sim/drop_notes.hpp"

#include "support/catch.hpp"

#include <string>
#include <string_view>

using protocol::DropId;
using protocol::Refusal;
using tini_sim::DropNotes;
using Outcome = DropNotes::Outcome;
using What = Outcome::What;

namespace {

void drop(DropNotes& notes, std::int64_t id)
{
    REQUIRE_FALSE(notes.begin(DropId{id}));
    notes.end({.drop = DropId{id}, .what = What::done});
}

// The answer to a question, in the words of the board.
std::string asked(DropNotes& notes, std::int64_t id)
{
    return protocol::tini::format_outcome(notes.ask(DropId{id}));
}

// From 101 on, as many as are remembered.
DropNotes full()
{
    DropNotes notes;
    for (std::size_t count = 0; count < DropNotes::notes_max; ++count) {
        drop(notes, 101 + static_cast<std::int64_t>(count));
    }
    return notes;
}

}  // namespace

TEST_CASE("drop notes: an outcome that was noted is the answer to the question, however often")
{
    DropNotes notes;
    drop(notes, 7);
    REQUIRE_FALSE(notes.begin(DropId{8}));
    notes.end({.drop = DropId{8}, .what = What::refused, .reason = Refusal::motor_jammed});
    CHECK(asked(notes, 7) == "A 7 done\n");
    CHECK(asked(notes, 7) == "A 7 done\n");
    CHECK(asked(notes, 8) == "A 8 refused jammed\n");
}

TEST_CASE("drop notes: a drop that was noted is answered from the notes and not done again")
{
    DropNotes notes;
    drop(notes, 7);
    CHECK(notes.begin(DropId{7}) == Outcome{.drop = DropId{7}, .what = What::done});
}

TEST_CASE(
    "drop notes: a drop that was begun and has not ended is unknown, also when it comes again")
{
    DropNotes notes;
    REQUIRE_FALSE(notes.begin(DropId{7}));
    CHECK(asked(notes, 7) == "A 7 unknown\n");
    CHECK(notes.begin(DropId{7}) == Outcome{.drop = DropId{7}, .what = What::unknown});
}

TEST_CASE("drop notes: what is unseen is refused for ever")
{
    DropNotes notes;
    drop(notes, 7);
    CHECK(asked(notes, 9) == "A 9 unseen\n");
    CHECK(notes.begin(DropId{9}) == Outcome{.drop = DropId{9}, .what = What::refused});
    CHECK(asked(notes, 9) == "A 9 refused\n");
}

TEST_CASE("drop notes: a board without notes knows nothing, and notes nothing of it")
{
    DropNotes notes;
    CHECK(asked(notes, 7) == "A 7 unknown\n");
    CHECK(asked(notes, 7) == "A 7 unknown\n");
    CHECK(notes == DropNotes{});
}

TEST_CASE("drop notes: the first drop of a board is where its knowledge begins")
{
    DropNotes notes;
    drop(notes, 7);
    CHECK(asked(notes, 6) == "A 6 unknown\n");
    CHECK(asked(notes, 8) == "A 8 unseen\n");
}

TEST_CASE("drop notes: a drop from before its knowledge is refused")
{
    DropNotes notes;
    drop(notes, 7);
    CHECK(notes.begin(DropId{6}) == Outcome{.drop = DropId{6}, .what = What::refused});
}

TEST_CASE("drop notes: a drop may come behind one with a higher id")
{
    DropNotes notes;
    drop(notes, 7);
    drop(notes, 9);
    drop(notes, 8);
    CHECK(asked(notes, 8) == "A 8 done\n");
}

TEST_CASE("drop notes: the last 64 are remembered, and one more makes the lowest forgotten")
{
    auto notes = full();
    CHECK(asked(notes, 101) == "A 101 done\n");
    drop(notes, 165);
    CHECK(asked(notes, 101) == "A 101 unknown\n");
    CHECK(asked(notes, 102) == "A 102 done\n");
    CHECK(notes.begin(DropId{101}) == Outcome{.drop = DropId{101}, .what = What::refused});
}

TEST_CASE("drop notes: forgetting goes by the ids, not by the order in which they came")
{
    auto notes = full();
    drop(notes, 1'000);
    drop(notes, 500);
    CHECK(asked(notes, 102) == "A 102 unknown\n");
    CHECK(asked(notes, 103) == "A 103 done\n");
    CHECK(asked(notes, 499) == "A 499 unseen\n");
}

TEST_CASE(
    "drop notes: what is unseen and can not be noted any more is below the floor from then on")
{
    DropNotes notes;
    drop(notes, 1);
    for (std::int64_t id = 100; id < 163; ++id) drop(notes, id);
    drop(notes, 163);
    INFO("1 was forgotten, and all notes are higher than 50");
    CHECK(asked(notes, 50) == "A 50 unseen\n");
    CHECK(notes.begin(DropId{50}) == Outcome{.drop = DropId{50}, .what = What::refused});
    CHECK(notes.begin(DropId{49}) == Outcome{.drop = DropId{49}, .what = What::refused});
    CHECK(asked(notes, 100) == "A 100 done\n");
}

TEST_CASE("drop notes: a drop that could not be noted is not begun")
{
    DropNotes notes;
    drop(notes, 1);
    for (std::int64_t id = 100; id < 164; ++id) drop(notes, id);
    CHECK(notes.begin(DropId{50}) == Outcome{.drop = DropId{50}, .what = What::refused});
}

TEST_CASE("drop notes: their text gives the same notes")
{
    DropNotes notes;
    CHECK(DropNotes::parse(notes.format()) == notes);
    drop(notes, 1);
    for (const auto reason :
         {Refusal::board_refused, Refusal::board_found_empty, Refusal::board_not_ready,
          Refusal::motor_jammed, Refusal::motor_not_started, Refusal::motor_failed}) {
        const DropId id{static_cast<std::int64_t>(10 + static_cast<int>(reason))};
        REQUIRE_FALSE(notes.begin(id));
        notes.end({.drop = id, .what = What::refused, .reason = reason});
    }
    REQUIRE_FALSE(notes.begin(DropId{(std::int64_t{1} << 53) - 1}));
    CHECK(DropNotes::parse(notes.format()) == notes);
    auto many = full();
    drop(many, 165);
    CHECK(DropNotes::parse(many.format()) == many);
}

TEST_CASE("drop notes: a text that was cut or changed anywhere is damaged")
{
    DropNotes notes;
    drop(notes, 7);
    const auto whole = notes.format();
    for (std::size_t size = 0; size < whole.size(); ++size) {
        CHECK_FALSE(DropNotes::parse(std::string_view{whole}.substr(0, size)));
    }
    for (std::size_t place = 0; place < whole.size(); ++place) {
        auto changed = whole;
        changed[place] = static_cast<char>(changed[place] ^ 1);
        CHECK_FALSE(DropNotes::parse(changed));
    }
    CHECK_FALSE(DropNotes::parse(whole + "\n"));
}
