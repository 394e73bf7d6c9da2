// The course of a run, with peers that have no connection.
#include "clients/drink_bench/load.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <functional>
#include <memory>
#include <unistd.h>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using drink_bench::Clock;
using drink_bench::Course;
using drink_bench::EventLoop;
using drink_bench::Load;
using drink_bench::LoadPlan;
using drink_bench::Time;

namespace {

// Answers its own requests: each in the next round of the loop, unless the test says otherwise.
class FakeMember final : public drink_bench::Requester, private drink_bench::Timed {
public:
    FakeMember(EventLoop& loop, Load& load, std::size_t number)
        : loop_{loop}, load_{load}, number_{number}
    {
    }

    std::function<void(FakeMember&)> on_begin = [](FakeMember& member) { member.answer_soon(); };
    int code = 0;
    std::vector<Time> begun;  ///< When its requests were due.

    void set_up(std::size_t source) override
    {
        sources.push_back(source);
        load_.on_set_up(1ms);
        load_.on_free(*this);
    }
    void begin(Time due) override
    {
        begun.push_back(due);
        pending_ = true;
        on_begin(*this);
    }
    bool is_free() const override { return !pending_ && !lost_; }
    std::optional<Time> pending_since() const override
    {
        return pending_ ? std::optional{begun.back()} : std::nullopt;
    }

    void answer_soon() { loop_.call_at(Clock::now(), *this); }
    void answer()
    {
        pending_ = false;
        load_.on_answer(number_, begun.back(), code);
        load_.on_free(*this);
    }
    void lose()
    {
        pending_ = false;
        lost_ = true;
        load_.on_gone("a member left");
    }

    static inline std::vector<std::size_t> sources;

private:
    void on_time(Time) override { answer(); }

    EventLoop& loop_;
    Load& load_;
    std::size_t number_;
    bool pending_ = false;
    bool lost_ = false;
};

LoadPlan plan_of_10_ms()
{
    LoadPlan plan;
    plan.duration = 10ms;
    return plan;
}

// Does something when the loop calls it.
class Call final : public drink_bench::Timed {
public:
    explicit Call(std::function<void()> call) : call_{std::move(call)} {}

private:
    void on_time(Time) override { call_(); }

    std::function<void()> call_;
};

// A run of some members for a hundredth of a second.
struct Rig {
    EventLoop loop;
    LoadPlan plan = plan_of_10_ms();
    int stops = 0;
    /// Called when time is over and something is under way still.
    Call at_rest{[this] { on_rest(); }};
    std::function<void()> on_rest = [] {};
    Load load{loop, plan, stops, [this](std::string_view at, const drink_bench::Outcome&) {
                  if (at == "waiting for the rest") loop.call_at(Clock::now(), at_rest);
              }};
    std::vector<FakeMember*> members;

    Rig() { FakeMember::sources.clear(); }

    FakeMember& add_member()
    {
        auto member = std::make_unique<FakeMember>(loop, load, members.size());
        members.push_back(member.get());
        load.add_requester(std::move(member));
        return *members.back();
    }
};

}  // namespace

TEST_CASE("load: in a closed loop a member has one request under way, and the next when answered")
{
    Rig rig;
    auto& first = rig.add_member();
    rig.add_member();
    const auto outcome = rig.load.run();
    REQUIRE(outcome);
    CHECK(outcome->answered > 0);
    CHECK(outcome->latency.count() == outcome->answered);
    CHECK(outcome->never_answered == 0);
    CHECK_FALSE(first.pending_since());
    CHECK_FALSE(outcome->backlog);
    CHECK_FALSE(outcome->interrupted);
}

TEST_CASE("load: what is measured begins when the warm-up ends")
{
    Rig rig;
    rig.plan.warm_up = 10ms;
    auto& member = rig.add_member();
    const auto outcome = rig.load.run();
    REQUIRE(outcome);
    CHECK(outcome->answered < member.begun.size());
    CHECK(outcome->most == outcome->answered);
}

TEST_CASE("load: refusals are no drops, and have their codes")
{
    Rig rig;
    rig.add_member().code = 152;
    const auto outcome = rig.load.run();
    REQUIRE(outcome);
    CHECK(outcome->answered == 0);
    CHECK(outcome->latency.count() == 0);
    CHECK(outcome->refused.at(152) > 0);
    CHECK(outcome->longest_pending > 0ns);
}

TEST_CASE("load: requests of a rate are measured from when they were due")
{
    Rig rig;
    rig.plan.rate = 1'000;
    rig.plan.duration = 1h;
    auto& member = rig.add_member();
    // Keeps the first for a while, so that the others wait for it.
    Call answer_first{[&] { member.answer(); }};
    member.on_begin = [&](FakeMember& one) {
        if (one.begun.size() == 1) return rig.loop.call_at(Clock::now() + 8ms, answer_first);
        if (one.begun.size() == 7) rig.stops = 1;
        one.answer_soon();
    };
    const auto outcome = rig.load.run();
    REQUIRE(outcome);
    REQUIRE(member.begun.size() >= 7);
    INFO("the sixth was due five milliseconds after the first, whenever it was begun");
    CHECK(member.begun[5] - member.begun[0] == 5ms);
    CHECK(outcome->backlog->longest >= 7);
    CHECK(outcome->longest_pending >= 8ms);
}

TEST_CASE("load: requests of a rate that find nobody free are counted in the end")
{
    Rig rig;
    rig.plan.rate = 1'000;
    auto& member = rig.add_member();
    member.on_begin = [](FakeMember&) {};
    rig.on_rest = [&] { member.answer(); };
    const auto outcome = rig.load.run();
    REQUIRE(outcome);
    CHECK(outcome->answered == 0);
    CHECK(outcome->backlog->at_end >= 9);
    CHECK(outcome->oldest_at_end >= 10ms);
    CHECK(outcome->longest_pending == outcome->oldest_at_end);
    CHECK(outcome->never_answered == 0);
}

TEST_CASE("load: requests of a rate pass over members that were lost while they were free")
{
    Rig rig;
    rig.plan.rate = 1'000;
    auto& stays = rig.add_member();
    auto& goes = rig.add_member();
    stays.on_begin = [&](FakeMember& member) {
        if (member.begun.size() == 1) goes.lose();
        member.answer_soon();
    };
    const auto outcome = rig.load.run();
    REQUIRE(outcome);
    CHECK(goes.begun.empty());
    CHECK(stays.begun.size() > 1);
    CHECK(outcome->never_answered == 0);
}

TEST_CASE("load: fairness is told by the member with the fewest and the one with the most")
{
    Rig rig;
    rig.add_member();
    auto& slow = rig.add_member();
    slow.on_begin = [](FakeMember& member) {
        if (member.begun.size() == 1) member.answer_soon();
    };
    // Its second is under way for ever, so the user has to end the wait for it.
    rig.on_rest = [&] { ++rig.stops; };
    const auto outcome = rig.load.run();
    REQUIRE(outcome);
    CHECK(outcome->fewest == 1);
    CHECK(outcome->most == outcome->answered - 1);
    CHECK(outcome->never_answered == 1);
}

TEST_CASE("load: the user's stop ends it early, with what there is so far")
{
    Rig rig;
    rig.plan.duration = 1h;
    auto& member = rig.add_member();
    member.on_begin = [&](FakeMember& one) {
        if (one.begun.size() == 3) rig.stops = 1;
        one.answer_soon();
    };
    const auto outcome = rig.load.run();
    REQUIRE(outcome);
    CHECK(outcome->interrupted);
    CHECK(outcome->answered >= 2);
}

TEST_CASE("load: goes on when a member is lost, and ends when all are")
{
    Rig rig;
    rig.plan.duration = 1h;
    for (int i = 0; i < 2; ++i) {
        rig.add_member().on_begin = [](FakeMember& member) {
            if (member.begun.size() < 3) return member.answer_soon();
            member.lose();
        };
    }
    const auto outcome = rig.load.run();
    REQUIRE(outcome);
    CHECK(outcome->gone == 2);
    CHECK(outcome->reasons.at("a member left") == 2);
    CHECK(outcome->answered == 4);
}

TEST_CASE("load: peers connect from their sources in turns")
{
    Rig rig;
    rig.plan.sources = 2;
    for (int i = 0; i < 3; ++i) rig.add_member();
    REQUIRE(rig.load.run());
    CHECK(FakeMember::sources == std::vector<std::size_t>{0, 1, 0});
}

TEST_CASE("load: idle peers send nothing")
{
    Rig rig;
    rig.plan.course = Course::idle;
    auto& member = rig.add_member();
    const auto outcome = rig.load.run();
    REQUIRE(outcome);
    CHECK(member.begun.empty());
    CHECK(outcome->connections == 1);
}

TEST_CASE("load: a storm is over when everybody is set up")
{
    Rig rig;
    rig.plan.course = Course::storm;
    rig.plan.duration = 1h;
    for (int i = 0; i < 3; ++i) rig.add_member();
    const auto outcome = rig.load.run();
    REQUIRE(outcome);
    CHECK(outcome->answered == 3);
    CHECK(outcome->latency.max() == 1ms);
    CHECK(outcome->never_answered == 0);
}

TEST_CASE("load: a process of the server is measured beside it")
{
    Rig rig;
    rig.plan.pid = ::getpid();
    rig.add_member();
    const auto outcome = rig.load.run();
    REQUIRE(outcome);
    REQUIRE(outcome->server);
    CHECK(outcome->server->cpu() > 0ns);
    CHECK(outcome->server->after.resident_bytes > 0);
}

TEST_CASE("load: a process that there is not is told before anything begins")
{
    Rig rig;
    rig.plan.pid = 999'999'999;
    auto& member = rig.add_member();
    const auto outcome = rig.load.run();
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error() == "there is no process 999999999");
    CHECK(member.begun.empty());
}
