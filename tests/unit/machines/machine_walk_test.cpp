// Random walks of a machine through everything that can happen to it.
#include "machines/machine.hpp"
#include "support/catch.hpp"

#include <chrono>
#include <deque>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>

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
        switch (random_() % 14) {
            case 0:
            case 1:
            case 2:
                return enqueue();
            case 3:
            case 4:
            case 5:
                return board_says(answer());
            case 6:
                return board_says(report());
            case 7:
                return pass(std::chrono::milliseconds{random_() % 400});
            case 8:
                return pass(std::chrono::milliseconds{random_() % 25'000});
            case 9:
                return one_in(4) ? pass(100s) : pass(1s);
            case 10:
                return change_link();
            case 11:
                return board_says(outcome());
            case 12:
                return protocol_stored();
            default:
                return change_pauses();
        }
    }

    void finish()
    {
        machine_.stop();
        look();
        link_ends();
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
        const auto slot = static_cast<SlotNumber>(1 + random_() % 5);
        const auto protocol = one_in(8) ? any_protocol() : machine_.protocol();
        const bool taken = machine_.enqueue(drop, slot, protocol);
        stored_[drop] = protocol;
        REQUIRE(taken == room);
        if (taken) {
            waiting_.push_back(drop);
            ++taken_;
        }
        look();
    }

    BoardProtocol any_protocol() { return one_in(2) ? BoardProtocol::tini : BoardProtocol::tini2; }

    // An id that a tini 2 board may name: most often one that it knows.
    std::string an_id()
    {
        DropId id{1 + static_cast<std::int64_t>(random_() % 50)};
        if (in_flight_ && !one_in(3))
            id = *in_flight_;
        else if (question_ && !one_in(3))
            id = *question_;
        else if (!unsettled_.empty() && !one_in(3))
            id = *unsettled_.begin();
        return ' ' + std::to_string(protocol::number(id));
    }

    std::string answer()
    {
        std::string line{"45"[random_() % 2]};
        if (machine_.protocol() == BoardProtocol::tini2 ? !one_in(10) : one_in(10)) line += an_id();
        return line;
    }

    std::string outcome()
    {
        constexpr const char* words[] = {" done", " refused", " unseen", " unknown"};
        return 'A' + an_id() + words[random_() % 4];
    }

    std::string report()
    {
        std::string line{"789x"[random_() % 4]};
        if (line == "7") {
            line += ' ' + std::to_string(random_() % 6) + ' ' + std::to_string(random_() % 2);
        }
        return line;
    }

    void board_says(const std::string& line)
    {
        const auto message = protocol::tini::parse_board_message(line);
        const auto* outcome = std::get_if<protocol::tini::Outcome>(&message);
        if (outcome && question_ == outcome->drop) question_.reset();
        machine_.on_message(message, now_);
        take_effects();
        if (one_in(3)) return;  // The next line came in the same segment.
        look();
    }

    void protocol_stored()
    {
        if (!storing_) return;
        const auto request = *std::exchange(storing_, std::nullopt);
        const bool kept = !one_in(4);
        if (kept) stored_[request.drop] = request.protocol;
        machine_.protocol_stored(request, kept);
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
        const bool was_online = online_;
        link_ends();
        if (one_in(4)) {
            machine_.link_down(LinkEnd::hung_up);
        } else if (!was_online || one_in(4)) {
            const auto protocol = any_protocol();
            machine_.link_up(now_, protocol);
            take_effects();
            online_ = true;
            if (protocol == BoardProtocol::tini2) to_ask_ = unsettled_;
        } else {
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

    void link_ends()
    {
        online_ = false;
        suspect_.reset();
        question_.reset();
        to_ask_.clear();
    }

    void nothing_is_unanswered()
    {
        REQUIRE(online_);
        REQUIRE_FALSE(in_flight_.has_value());
        REQUIRE_FALSE(suspect_.has_value());
        REQUIRE_FALSE(question_.has_value());
    }

    void check(const SendDrop& send)
    {
        nothing_is_unanswered();
        REQUIRE(pauses_ == 0);
        REQUIRE(to_ask_.empty());
        REQUIRE_FALSE(storing_.has_value());
        REQUIRE(send.protocol == machine_.protocol());
        REQUIRE(send.protocol == stored_.at(send.drop));
        leaves_queue(send.drop);
        in_flight_ = send.drop;
    }

    void check(const AskOutcome& ask)
    {
        nothing_is_unanswered();
        REQUIRE(pauses_ == 0);
        REQUIRE(machine_.protocol() == BoardProtocol::tini2);
        REQUIRE(unsettled_.contains(ask.drop));
        REQUIRE(to_ask_.erase(ask.drop) == 1);
        question_ = ask.drop;
    }

    void check(const StoreProtocol& store)
    {
        REQUIRE_FALSE(storing_.has_value());
        REQUIRE(waiting_.front() == store.drop);
        REQUIRE(stored_.at(store.drop) != store.protocol);
        storing_ = store;
    }

    void check(const DropEnded& ended)
    {
        REQUIRE(ended_.insert(ended.drop).second);
        REQUIRE(ended.why.empty() == (ended.event < DropEvent::lost));
        if (ended.event == DropEvent::not_sent) return leaves_queue(ended.drop);
        REQUIRE(in_flight_ == ended.drop);
        in_flight_.reset();
        const bool with_id = stored_.at(ended.drop) == BoardProtocol::tini2;
        if (ended.event == DropEvent::lost && with_id) unsettled_.insert(ended.drop);
        if (ended.why == "no answer in time") suspect_ = ended.drop;
    }

    void check(const LateAnswer& late)
    {
        const bool with_id = stored_.at(late.drop) == BoardProtocol::tini2;
        if (with_id) REQUIRE(unsettled_.contains(late.drop));
        if (!with_id) REQUIRE(suspect_ == late.drop);
        is_settled(late.drop);
    }

    void check(const NeverKnown& never)
    {
        REQUIRE(unsettled_.contains(never.drop));
        is_settled(never.drop);
    }

    void is_settled(DropId drop)
    {
        unsettled_.erase(drop);
        to_ask_.erase(drop);
        if (suspect_ == drop) suspect_.reset();
    }

    void check(const StrayAnswer& stray)
    {
        if (stray.drop) {
            REQUIRE(in_flight_ != stray.drop);
            REQUIRE_FALSE(unsettled_.contains(*stray.drop));
        } else {
            REQUIRE_FALSE(in_flight_.has_value());
            REQUIRE_FALSE(suspect_.has_value());
        }
    }

    void check(const CloseLink&) { link_ends(); }

    void check(const AskStatus&) { nothing_is_unanswered(); }

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
    std::optional<DropId> question_;
    std::optional<StoreProtocol> storing_;
    std::map<DropId, BoardProtocol> stored_;
    std::set<DropId> unsettled_;  // Sent with an id and lost, not told about since.
    std::set<DropId> to_ask_;     // Those that this link was not asked about yet.
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
