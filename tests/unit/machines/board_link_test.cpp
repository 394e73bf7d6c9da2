#include "machines/board_link.hpp"

#include "support/catch.hpp"

#include <chrono>
#include <vector>

using machines::BoardLink;
using machines::DropId;
using machines::Instant;
using machines::LinkTimes;
using namespace std::chrono_literals;

namespace {

using Due = BoardLink::Due;

constexpr Instant start{1h};

BoardLink idle_link()
{
    BoardLink link{LinkTimes{}, start};
    link.heard(start);
    return link;
}

}  // namespace

TEST_CASE("board link: a fresh one is ready with its first line")
{
    BoardLink link{LinkTimes{}, start};
    REQUIRE_FALSE(link.ready(start));
    link.heard(start);
    REQUIRE(link.ready(start));
}

TEST_CASE("board link: a fresh one is ready after its wait without a line")
{
    BoardLink link{LinkTimes{}, start};
    REQUIRE_FALSE(link.ready(start + 249ms));
    REQUIRE(link.ready(start + 250ms));
}

TEST_CASE("board link: it is not ready while a drop is unanswered")
{
    auto link = idle_link();
    link.drop_sent(DropId{1}, start);
    REQUIRE_FALSE(link.ready(start + 1s));
    link.heard(start + 1s);
    REQUIRE_FALSE(link.ready(start + 1s));
    REQUIRE(link.in_flight() == DropId{1});
}

TEST_CASE("board link: an answer is the open drop's, in time")
{
    auto link = idle_link();
    link.drop_sent(DropId{1}, start);
    const auto answered = link.take_answer();
    REQUIRE(answered.has_value());
    REQUIRE(answered->drop == DropId{1});
    REQUIRE_FALSE(answered->late);
    REQUIRE(link.ready(start));
}

TEST_CASE("board link: after a timeout the answer is the same drop's, late")
{
    auto link = idle_link();
    link.drop_sent(DropId{1}, start);
    REQUIRE(link.take_due(start + 20s) == Due::timed_out);
    REQUIRE(link.suspect() == DropId{1});
    const auto answered = link.take_answer();
    REQUIRE(answered.has_value());
    REQUIRE(answered->drop == DropId{1});
    REQUIRE(answered->late);
    REQUIRE_FALSE(link.suspect().has_value());
}

TEST_CASE("board link: an answer without an open drop is nobody's")
{
    auto link = idle_link();
    REQUIRE_FALSE(link.take_answer().has_value());
    link.status_asked();
    REQUIRE_FALSE(link.take_answer().has_value());
}

TEST_CASE("board link: a timeout is due once")
{
    auto link = idle_link();
    link.drop_sent(DropId{1}, start);
    REQUIRE(link.take_due(start + 20s) == Due::timed_out);
    REQUIRE(link.take_due(start + 20s) == Due::nothing);
}

TEST_CASE("board link: a suspect one is to be closed an ack timeout after the timeout")
{
    auto link = idle_link();
    link.drop_sent(DropId{1}, start);
    REQUIRE(link.take_due(start + 25s) == Due::timed_out);
    REQUIRE(link.take_due(start + 44s) == Due::nothing);
    REQUIRE(link.take_due(start + 45s) == Due::close_unanswered);
}

TEST_CASE("board link: an idle one is looked at when it has been silent for long")
{
    const auto link = idle_link();
    REQUIRE(link.next_look() == start + 90s);
}

TEST_CASE("board link: an open drop is looked at when its answer is due")
{
    auto link = idle_link();
    link.drop_sent(DropId{1}, start);
    REQUIRE(link.next_look() == start + 20s);
    REQUIRE(link.take_due(start + 20s) == Due::timed_out);
    REQUIRE(link.next_look() == start + 40s);
}

TEST_CASE("board link: a silent one is looked at when something is due and never in between")
{
    BoardLink link{LinkTimes{}, start};
    std::vector<Instant> looks;
    for (auto due = Due::nothing; due != Due::close_silent && looks.size() < 10;) {
        looks.push_back(link.next_look());
        due = link.take_due(looks.back());
        if (due == Due::ask_status) link.status_asked();
    }
    REQUIRE(looks == std::vector{start + 250ms, start + 90s, start + 150s});
}

TEST_CASE("board link: a question is unanswered until the outcome of its drop comes")
{
    BoardLink link{LinkTimes{}, start, machines::BoardProtocol::tini2};
    link.heard(start);
    link.question_sent(DropId{1}, start);
    REQUIRE_FALSE(link.ready(start));
    REQUIRE_FALSE(link.take_outcome(DropId{2}));
    REQUIRE_FALSE(link.ready(start));
    REQUIRE(link.take_outcome(DropId{1}));
    REQUIRE(link.ready(start));
}

TEST_CASE("board link: one whose question is not answered in time is to be closed")
{
    BoardLink link{LinkTimes{}, start, machines::BoardProtocol::tini2};
    link.heard(start);
    link.question_sent(DropId{1}, start);
    REQUIRE(link.next_look() == start + 20s);
    REQUIRE(link.take_due(start + 19s) == Due::nothing);
    REQUIRE(link.take_due(start + 20s) == Due::close_unanswered);
}

TEST_CASE("board link: on a tini 2 link only the open drop's id answers it")
{
    BoardLink link{LinkTimes{}, start, machines::BoardProtocol::tini2};
    link.heard(start);
    link.drop_sent(DropId{5}, start);
    REQUIRE_FALSE(link.take_answer(DropId{4}).has_value());
    REQUIRE(link.in_flight() == DropId{5});
    REQUIRE(link.take_answer(DropId{5}).has_value());
}
