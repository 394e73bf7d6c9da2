#include "machines/machine.hpp"

#include <algorithm>
#include <utility>

namespace machines {
namespace {

using namespace protocol::tini;

// Degrees Fahrenheit that a fridge's sensor can truly read. 185 (85 C) is what the usual sensor
// says after a power glitch, and exactly 0 means that the reading failed.
constexpr double fahrenheit_min = -67;
constexpr double fahrenheit_max = 184.9;

template <class... Cases>
struct Overloaded : Cases... {
    using Cases::operator()...;
};

}  // namespace

std::string_view describe(LinkEnd end)
{
    switch (end) {
        case LinkEnd::hung_up:
            return "hung up";
        case LinkEnd::replaced:
            return "replaced by a new login";
        case LinkEnd::unanswered:
            return "did not answer a drop";
        case LinkEnd::silent:
            return "silent for too long";
        case LinkEnd::protocol_error:
            return "protocol error";
        case LinkEnd::stopped:
            return "the daemon is stopping";
    }
    return "unknown";
}

Machine::Machine(MachineSetup setup, std::function<bool(SlotNumber)> on_sale)
    : setup_{std::move(setup)}, on_sale_{std::move(on_sale)}
{
}

bool Machine::enqueue(DropId drop, SlotNumber slot)
{
    if (queue_.size() >= setup_.queue_max) return false;
    queue_.push_back({.drop = drop, .slot = slot});
    return true;
}

void Machine::link_up(Instant now)
{
    if (link_) lose_open_drop(LinkEnd::replaced);
    link_.emplace(setup_.link, now);
}

void Machine::link_down(LinkEnd reason)
{
    if (!link_) return;
    lose_open_drop(reason);
    link_.reset();
}

void Machine::on_message(const BoardMessage& message, Instant now)
{
    if (!link_) return;
    link_->heard(now);
    std::visit(
        Overloaded{
            [&](const Ack&) { on_answer(DropEvent::acked); },
            [&](const Nack&) { on_answer(DropEvent::nacked); },
            [&](const Status& status) { on_status(status); },
            [&](const Temperature& reading) { on_temperature(reading.fahrenheit); },
            [&](const KeepAlive&) {},
            [&](const Login&) { close_link(LinkEnd::protocol_error); },
            [&](const Unknown&) { effects_.emplace_back(BadLine{"an unknown line"}); },
        },
        message);
}

void Machine::advance(Instant now)
{
    if (link_) {
        switch (link_->take_due(now)) {
            case BoardLink::Due::nothing:
                break;
            case BoardLink::Due::ask_status:
                effects_.emplace_back(AskStatus{});
                link_->status_asked();
                break;
            case BoardLink::Due::timed_out:
                effects_.emplace_back(DropEnded{
                    .drop = link_->suspect().value(),
                    .event = DropEvent::lost,
                    .why = "no answer in time",
                });
                break;
            case BoardLink::Due::close_unanswered:
                close_link(LinkEnd::unanswered);
                break;
            case BoardLink::Due::close_silent:
                close_link(LinkEnd::silent);
                break;
        }
    }
    send_next(now);
}

void Machine::stop()
{
    stopped_ = true;
    drop_queue("the daemon is stopping");
}

std::vector<Effect> Machine::take_effects() { return std::exchange(effects_, {}); }

std::optional<Instant> Machine::next_look() const
{
    return link_ ? std::optional{link_->next_look()} : std::nullopt;
}

void Machine::on_answer(DropEvent event)
{
    const auto answered = link_->take_answer();
    if (!answered) {
        effects_.emplace_back(StrayAnswer{.event = event});
    } else if (answered->late) {
        effects_.emplace_back(LateAnswer{.drop = answered->drop, .event = event});
    } else {
        effects_.emplace_back(DropEnded{.drop = answered->drop, .event = event, .why = {}});
    }
}

void Machine::on_status(const Status& status)
{
    if (!status.complete) effects_.emplace_back(BadLine{"a part of a status line was unusable"});
    if (!setup_.has_sensor) return;
    SlotsSensed changed;
    for (const auto& part : status.slots) {
        auto* slot = find_slot(part.slot);
        const Sensor sensor = part.present ? Sensor::present : Sensor::empty;
        if (!slot || slot->sensor == sensor) continue;
        slot->sensor = sensor;
        changed.slots.push_back(*slot);
    }
    if (!changed.slots.empty()) effects_.emplace_back(std::move(changed));
}

void Machine::on_temperature(double fahrenheit)
{
    if (fahrenheit < fahrenheit_min || fahrenheit > fahrenheit_max || fahrenheit == 0) {
        effects_.emplace_back(BadLine{"a temperature that cannot be"});
        return;
    }
    effects_.emplace_back(TemperatureRead{.fahrenheit = fahrenheit});
}

void Machine::lose_open_drop(LinkEnd reason)
{
    if (const auto drop = link_->in_flight()) {
        effects_.emplace_back(
            DropEnded{.drop = *drop, .event = DropEvent::lost, .why = describe(reason)});
    }
}

void Machine::drop_queue(std::string_view why)
{
    for (const auto& waiting : std::exchange(queue_, {})) {
        effects_.emplace_back(
            DropEnded{.drop = waiting.drop, .event = DropEvent::not_sent, .why = why});
    }
}

void Machine::close_link(LinkEnd reason)
{
    link_down(reason);
    effects_.emplace_back(CloseLink{.reason = reason});
}

// The second look, right before sending. Empty = nothing speaks against it.
std::string_view Machine::why_not(SlotNumber number) const
{
    const auto slot = std::ranges::find(setup_.slots, number, &SensedSlot::slot);
    if (slot == setup_.slots.end()) return "the machine has no such slot any more";
    if (slot->sensor == Sensor::empty) return "the slot's sensor says empty";
    if (!on_sale_(number)) return "the slot was disabled";
    return {};
}

SensedSlot* Machine::find_slot(int number)
{
    const auto slot = std::ranges::find(setup_.slots, number, &SensedSlot::slot);
    return slot == setup_.slots.end() ? nullptr : &*slot;
}

void Machine::send_next(Instant now)
{
    if (!link_) return drop_queue("the board is not connected");
    if (stopped_) return drop_queue("the daemon is stopping");
    while (!queue_.empty() && pauses_ == 0 && link_->ready(now)) {
        const auto next = queue_.front();
        queue_.pop_front();
        if (const auto why = why_not(next.slot); !why.empty()) {
            effects_.emplace_back(
                DropEnded{.drop = next.drop, .event = DropEvent::not_sent, .why = why});
            continue;
        }
        effects_.emplace_back(SendDrop{.drop = next.drop, .slot = next.slot});
        link_->drop_sent(next.drop, now);
    }
}

}  // namespace machines
