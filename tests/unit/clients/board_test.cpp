#include "clients/tini_sim/board.hpp"

#include "support/catch.hpp"

#include <string>
#include <vector>

using namespace std::chrono_literals;
using tini_sim::Behaviour;
using tini_sim::Board;
using tini_sim::Cabinet;
using tini_sim::Step;

namespace {

Cabinet cabinet(std::vector<tini_sim::CabinetSlot> slots = {{.number = 1}, {.number = 2}})
{
    return {.machine = "d", .password = "secret", .slots = std::move(slots)};
}

Board logged_in(const Cabinet& around, const Behaviour& behaviour)
{
    Board board{around, behaviour};
    board.connected();
    board.heard("1");
    return board;
}

// The bytes of all steps, in order.
std::string sent(const std::vector<Step>& steps)
{
    std::string bytes;
    for (const auto& step : steps) bytes += step.bytes;
    return bytes;
}

std::chrono::milliseconds duration(const std::vector<Step>& steps)
{
    std::chrono::milliseconds sum{0};
    for (const auto& step : steps) sum += step.after;
    return sum;
}

Behaviour with(const tini_sim::Faults& faults) { return {.faults = faults}; }

}  // namespace

TEST_CASE("board: the login follows the connection at once")
{
    const Behaviour behaviour;
    CHECK(sent(Board{cabinet(), behaviour}.connected()) == "0secret\n");
}

TEST_CASE("board: the pi spelling puts blanks into login, status and temperature")
{
    const Behaviour behaviour{.spelling = tini_sim::Spelling::pi};
    Board board{cabinet(), behaviour};
    CHECK(sent(board.connected()) == "0 secret\n");
    CHECK(sent(board.heard("1")) == "7 1 1 ` 2 1 \n8 38.75\n");
}

TEST_CASE("board: a full status and a sign of life follow the accepted login")
{
    const Behaviour behaviour;
    Board board{cabinet(), behaviour};
    board.connected();
    CHECK_FALSE(board.logged_in());
    CHECK(sent(board.heard("1")) == "71 1`2 1\n838.75\n");
    CHECK(board.logged_in());
}

TEST_CASE("board: a refused login is told and answered with nothing")
{
    const Behaviour behaviour;
    Board board{cabinet(), behaviour};
    board.connected();
    const auto steps = board.heard("2");
    CHECK(sent(steps).empty());
    REQUIRE(steps.size() == 1);
    CHECK(steps[0].note.starts_with("login refused"));
    CHECK(steps[0].alarm);
    CHECK_FALSE(board.logged_in());
}

TEST_CASE("board: a status request is answered with every slot")
{
    const Behaviour behaviour;
    auto board = logged_in(cabinet(), behaviour);
    CHECK(sent(board.heard("6")) == "71 1`2 1\n");
}

TEST_CASE("board: a drop is acked after its time, with a full status behind")
{
    const Behaviour behaviour{.drop_time = 1'500ms};
    auto board = logged_in(cabinet(), behaviour);
    const auto steps = board.heard("31");
    CHECK(sent(steps) == "4\n71 1`2 1\n");
    CHECK(duration(steps) == 1'500ms);
    CHECK(board.tally().acks == 1);
}

TEST_CASE("board: without a drop time the ack comes at once")
{
    const Behaviour behaviour{.drop_time = 0ms};
    auto board = logged_in(cabinet(), behaviour);
    const auto steps = board.heard("32");
    CHECK(steps.front().bytes == "4\n");
    CHECK(duration(steps) == 0ms);
}

TEST_CASE("board: the last can leaves its slot empty, and the next drop of it is nacked")
{
    const Behaviour behaviour;
    auto board = logged_in(cabinet({{.number = 1, .cans = 1}, {.number = 2}}), behaviour);
    CHECK(sent(board.heard("31")) == "4\n71 0`2 1\n");
    const auto steps = board.heard("31");
    CHECK(sent(steps) == "5\n71 0`2 1\n");
    CHECK(duration(steps) == 0ms);
}

TEST_CASE("board: a sensor that says empty nacks however many cans there are")
{
    const Behaviour behaviour;
    auto board = logged_in(cabinet({{.number = 1, .cans = 9, .looks_empty = true}}), behaviour);
    CHECK(sent(board.heard("31")) == "5\n71 0\n");
}

TEST_CASE("board: without sensors an empty slot counts as filled and is acked")
{
    const Behaviour behaviour;
    auto around = cabinet({{.number = 1, .cans = 0}});
    around.sensors = false;
    auto board = logged_in(around, behaviour);
    CHECK(sent(board.heard("31")) == "4\n71 1\n");
}

TEST_CASE("board: a nack keeps the can")
{
    const auto behaviour = with({.nack = 1});
    auto board = logged_in(cabinet({{.number = 1, .cans = 1}}), behaviour);
    const auto steps = board.heard("31");
    CHECK(sent(steps) == "5\n71 1\n");
    CHECK(duration(steps) == behaviour.drop_time);
    CHECK(board.tally().nacks == 1);
}

TEST_CASE("board: a silent drop takes the can and sends nothing, not even a status")
{
    const auto behaviour = with({.silence = 1});
    auto board = logged_in(cabinet({{.number = 1, .cans = 1}}), behaviour);
    CHECK(sent(board.heard("31")).empty());
    CHECK(sent(board.heard("6")) == "71 0\n");
    CHECK(board.tally().silences == 1);
}

TEST_CASE("board: a late answer is an ack that comes later by the time given")
{
    const auto behaviour = with({.late = 1, .late_by = 30s});
    auto board = logged_in(cabinet(), behaviour);
    const auto steps = board.heard("31");
    CHECK(sent(steps) == "4\n71 1`2 1\n");
    CHECK(duration(steps) == behaviour.drop_time + 30s);
    CHECK(board.tally().late_answers == 1);
}

TEST_CASE("board: a disconnect breaks the link in the middle of the drop")
{
    const auto behaviour = with({.disconnect = 1});
    auto board = logged_in(cabinet(), behaviour);
    const auto steps = board.heard("31");
    CHECK(sent(steps).empty());
    CHECK(steps.back().hangs_up);
    CHECK(duration(steps) == behaviour.drop_time / 2);
    CHECK(board.tally().disconnects == 1);
}

TEST_CASE("board: the same seed brings the same fates, drop by drop")
{
    Behaviour behaviour{.faults = {.nack = 0.3, .silence = 0.2, .late = 0.2}, .seed = 42};
    const auto fates = [&] {
        auto board = logged_in(cabinet(), behaviour);
        std::string answers;
        for (int i = 0; i < 100; ++i) answers += sent(board.heard("31"));
        return answers;
    };
    const auto first = fates();
    CHECK(fates() == first);
    behaviour.seed = 43;
    CHECK(fates() != first);
}

TEST_CASE("board: machines of one run meet different fates")
{
    const Behaviour behaviour{.faults = {.nack = 0.5}, .seed = 42};
    const auto fates = [&](std::string_view machine) {
        auto around = cabinet();
        around.machine = machine;
        auto board = logged_in(around, behaviour);
        std::string answers;
        for (int i = 0; i < 100; ++i) answers += sent(board.heard("31"));
        return answers;
    };
    CHECK(fates("d") != fates("ld"));
}

TEST_CASE("board: faults come about as often as their rates say")
{
    const Behaviour behaviour{.faults = {.nack = 0.25, .silence = 0.25}, .seed = 1};
    auto board = logged_in(cabinet(), behaviour);
    for (int i = 0; i < 1'000; ++i) board.heard("31");
    CHECK(board.tally().drops() == 1'000);
    CHECK(std::abs(board.tally().nacks - 250) < 60);
    CHECK(std::abs(board.tally().silences - 250) < 60);
}

TEST_CASE("board: a line that stops a real reader makes it deaf until the link is new")
{
    const auto* const line = GENERATE("", "39", "3 1", "3x", "-1", "hello");
    const Behaviour behaviour;
    auto board = logged_in(cabinet(), behaviour);
    const auto steps = board.heard(line);
    REQUIRE(steps.size() == 1);
    CHECK(steps[0].alarm);
    CHECK(board.tally().forbidden_lines == 1);
    CHECK(board.heard("6").empty());

    board.connected();
    CHECK(sent(board.heard("1")) == "71 1`2 1\n838.75\n");
}

TEST_CASE("board: a command before the login is answered is told and not obeyed")
{
    const Behaviour behaviour;
    Board board{cabinet(), behaviour};
    board.connected();
    const auto steps = board.heard("31");
    CHECK(sent(steps).empty());
    CHECK(board.tally().drops() == 0);
    CHECK(board.tally().forbidden_lines == 1);
    CHECK_FALSE(board.heard("1").empty());
}

TEST_CASE("board: a second answer to the login changes nothing")
{
    const Behaviour behaviour;
    auto board = logged_in(cabinet(), behaviour);
    CHECK(board.heard("1").empty());
    CHECK(board.heard("2").empty());
    CHECK(sent(board.heard("6")) == "71 1`2 1\n");
}

TEST_CASE("board: a whole temperature has a decimal point, as Java writes it")
{
    const Behaviour behaviour{.temperature = 40.0};
    CHECK(Board{cabinet(), behaviour}.sign_of_life().bytes == "840.0\n");
}

TEST_CASE("board: without a temperature the sign of life is a keep-alive")
{
    const Behaviour behaviour{.temperature = {}};
    CHECK(Board{cabinet(), behaviour}.sign_of_life().bytes == "9\n");
}

TEST_CASE("small writes: a line goes out in the pieces of the firmware")
{
    using Pieces = std::vector<std::string_view>;
    CHECK(tini_sim::small_writes("4\n") == Pieces{"4", "\n"});
    CHECK(tini_sim::small_writes("0secret\n") == Pieces{"0", "secret", "\n"});
    CHECK(
        tini_sim::small_writes("71 1`2 0`3 1\n") ==
        Pieces{"7", "1 1", "`", "2 0", "`", "3 1", "\n"});
    CHECK(tini_sim::small_writes("").empty());
}
