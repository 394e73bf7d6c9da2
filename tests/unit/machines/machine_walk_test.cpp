// Random walks of a machine through everything that can happen to it.
#include "machines/machine.hpp"
#include "support/catch.hpp"

#include <chrono>
#include <deque>
#include <optional>
#include <random>
#include <set>
#include <string>

using namespace machines;
using namespace std::chrono_literals;

namespace {

// A machine, and what a member, a board and the ledger may rely on, checked at every step.
class Walk {
public:
    explicit Walk(unsigned seed)
        : random_{seed}, machine_{setup(), [this](SlotNumber) { return !one_in(8); }}
    {
    }

    void step()
    {
        switch (random_() % 12) {
            case 0:
            case 1:
            case 2:
                return enqueue();
            case 3:
            case 4:
            case 5:
                return board_says("45"[random_() % 2]);
            case 6:
                return board_says("789x"[random_() % 4]);
            case 7:
                return pass(std::chrono::milliseconds{random_() % 400});
            case 8:
                return pass(std::chrono::milliseconds{random_() % 25'000});
            case 9:
                return one_in(4) ? pass(100s) : pass(1s);
            case 10:
                return change_link();
            default:
                return change_pauses();
        }
    }

    void finish()
    {
        machine_.stop();
        look();
        suspect_.reset();
        online_ = false;
        machine_.link_down(LinkEnd::stopped);
        look();
        REQUIRE(waiting_.empty());
        REQUIRE_FALSE(in_flight_.has_value());
        REQUIRE(ended_.size() == taken_);
    }

private:
    static MachineSetup setup()
    {
        MachineSetup setup;
        setup.queue_max = 5;
        setup.has_sensor = true;
        for (SlotNumber number = 1; number <= 4; ++number) {
            setup.slots.push_back({.slot = number, .sensor = Sensor::unknown});
        }
        return setup;
    }

    bool one_in(unsigned count) { return random_() % count == 0; }

    void enqueue()
    {
        const DropId drop{++last_drop_};
        const bool room = machine_.queued() < machine_.queue_max();
        const bool taken = machine_.enqueue(drop, static_cast<SlotNumber>(1 + random_() % 5));
        REQUIRE(taken == room);
        if (taken) {
            waiting_.push_back(drop);
            ++taken_;
        }
        look();
    }

    void board_says(char opcode)
    {
        std::string line{opcode};
        if (opcode == '7') {
            line += ' ' + std::to_string(random_() % 6) + ' ' + std::to_string(random_() % 2);
        }
        machine_.on_message(protocol::tini::parse_board_message(line), now_);
        if (one_in(3)) return;  // The next line came in the same segment.
        look();
    }

    void pass(std::chrono::milliseconds time)
    {
        take_effects();  // What a segment caused is carried out before time passes.
        now_ += time;
        look();
    }

    void change_link()
    {
        take_effects();
        suspect_.reset();
        if (one_in(4)) {
            online_ = false;
            machine_.link_down(LinkEnd::hung_up);
        } else if (!online_ || one_in(4)) {
            online_ = true;
            machine_.link_up(now_);
        } else {
            online_ = false;
            machine_.on_message(protocol::tini::Login{.password = "again"}, now_);
        }
        look();
    }

    void change_pauses()
    {
        if (pauses_ == 0 || (pauses_ < 3 && one_in(4))) {
            ++pauses_;
            machine_.pause();
        } else {
            --pauses_;
            machine_.resume();
        }
        look();
    }

    void look()
    {
        machine_.advance(now_);
        take_effects();
        REQUIRE(machine_.online() == online_);
        REQUIRE(machine_.queued() == waiting_.size());
        REQUIRE(machine_.in_flight() == in_flight_);
        REQUIRE(machine_.suspect() == suspect_.has_value());
        REQUIRE(machine_.next_look().has_value() == online_);
        if (online_) REQUIRE(*machine_.next_look() > now_);
    }

    void take_effects()
    {
        for (const auto& effect : machine_.take_effects()) {
            std::visit([this](const auto& one) { check(one); }, effect);
        }
    }

    void check(const SendDrop& send)
    {
        REQUIRE(online_);
        REQUIRE(pauses_ == 0);
        REQUIRE_FALSE(in_flight_.has_value());
        REQUIRE_FALSE(suspect_.has_value());
        leaves_queue(send.drop);
        in_flight_ = send.drop;
    }

    void check(const DropEnded& ended)
    {
        REQUIRE(ended_.insert(ended.drop).second);
        REQUIRE(ended.why.empty() == (ended.event < DropEvent::lost));
        if (ended.event == DropEvent::not_sent) return leaves_queue(ended.drop);
        REQUIRE(in_flight_ == ended.drop);
        in_flight_.reset();
        if (ended.why == "no answer in time") suspect_ = ended.drop;
    }

    void check(const LateAnswer& late)
    {
        REQUIRE(suspect_ == late.drop);
        suspect_.reset();
    }

    void check(const StrayAnswer&)
    {
        REQUIRE_FALSE(in_flight_.has_value());
        REQUIRE_FALSE(suspect_.has_value());
    }

    void check(const CloseLink&)
    {
        online_ = false;
        suspect_.reset();
    }

    void check(const AskStatus&)
    {
        REQUIRE_FALSE(in_flight_.has_value());
        REQUIRE_FALSE(suspect_.has_value());
    }

    void check(const SlotsSensed& sensed) { REQUIRE_FALSE(sensed.slots.empty()); }
    void check(const TemperatureRead&) { FAIL("no temperature was sent"); }
    void check(const BadLine&) {}

    void leaves_queue(DropId drop)
    {
        REQUIRE_FALSE(waiting_.empty());
        REQUIRE(waiting_.front() == drop);
        waiting_.pop_front();
    }

    std::mt19937 random_;
    Instant now_{1h};
    Machine machine_;
    bool online_ = false;
    int pauses_ = 0;
    std::int64_t last_drop_ = 0;
    std::size_t taken_ = 0;
    std::deque<DropId> waiting_;
    std::optional<DropId> in_flight_;
    std::optional<DropId> suspect_;
    std::set<DropId> ended_;
};

}  // namespace

TEST_CASE("machine walk: one unanswered drop at most, first in first out, each ends once")
{
    for (unsigned seed = 1; seed <= 500; ++seed) {
        INFO("seed " << seed);
        Walk walk{seed};
        for (int step = 0; step < 400; ++step) walk.step();
        walk.finish();
    }
}
