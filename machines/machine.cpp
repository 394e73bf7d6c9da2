#include "machines/machine.hpp"

#include "protocol/overloaded.hpp"

#include <algorithm>
#include <utility>

namespace machines {
namespace {

using namespace protocol::tini;

// Degrees Fahrenheit that a fridge's sensor can truly read. 185 (85 C) is what the usual sensor
// says after a power glitch, and exactly 0 means that the reading failed.
constexpr double fahrenheit_min = -67;
constexpr double fahrenheit_max = 184.9;

}  // namespace

std::string_view describe(LinkEnd end)
{
    switch (end) {
        case LinkEnd::hung_up:
            return "hung up";
        case LinkEnd::replaced:
            return "replaced by a new login";
        case LinkEnd::unanswered:
            return "did not answer in time";
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
    : setup_{std::move(setup)},
      on_sale_{std::move(on_sale)},
      unsettled_{std::move(setup_.unsettled)}
{
}

bool Machine::enqueue(DropId drop, SlotNumber slot, BoardProtocol stored)
{
    if (queue_.size() >= setup_.queue_max) return false;
    queue_.push_back({.drop = drop, .slot = slot, .stored = stored});
    return true;
}

void Machine::link_up(Instant now, BoardProtocol protocol)
{
    link_down(LinkEnd::replaced);
    link_.emplace(setup_.link, now, protocol);
    if (protocol == BoardProtocol::tini2) to_ask_.assign(unsettled_.begin(), unsettled_.end());
}

void Machine::link_down(LinkEnd reason)
{
    if (!link_) return;
    if (link_->in_flight()) lose_open_drop(describe(reason));
    link_.reset();
    to_ask_.clear();
}

void Machine::on_message(const BoardMessage& message, Instant now)
{
    if (!link_) return;
    link_->heard(now);
    std::visit(
        protocol::Overloaded{
            [&](const Ack& ack) { on_answer(DropEvent::acked, ack.drop, {}); },
            [&](const Nack& nack) { on_answer(DropEvent::nacked, nack.drop, nack.reason); },
            [&](const Outcome& outcome) { on_outcome(outcome); },
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
                lose_open_drop("no answer in time");
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

void Machine::protocol_stored(const StoreProtocol& request, bool kept)
{
    storing_ = false;
    // The queue may have been emptied meanwhile.
    if (queue_.empty() || queue_.front().drop != request.drop) return;
    if (kept) {
        queue_.front().stored = request.protocol;
        return;
    }
    queue_.pop_front();
    end_unsent(request.drop, "the ledger cannot write at present");
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

void Machine::on_answer(DropEvent event, std::optional<DropId> id, Refusal refusal)
{
    if (id.has_value() != (link_->protocol() == BoardProtocol::tini2)) {
        effects_.emplace_back(BadLine{id ? "an answer with an id" : "an answer without an id"});
        return;
    }
    const auto answered = link_->take_answer(id);
    if (answered && !answered->late) {
        effects_.emplace_back(
            DropEnded{.drop = answered->drop, .event = event, .why = {}, .refusal = refusal});
        return;
    }
    const bool lost_before = id && take_unsettled(*id);
    if (answered || lost_before) {
        const auto drop = answered ? answered->drop : *id;
        effects_.emplace_back(LateAnswer{.drop = drop, .event = event});
    } else {
        effects_.emplace_back(StrayAnswer{.event = event, .drop = id});
    }
}

void Machine::on_outcome(const Outcome& outcome)
{
    // A late answer may have come before the outcome that was asked for.
    if (!link_->take_outcome(outcome.drop) || !take_unsettled(outcome.drop)) {
        effects_.emplace_back(BadLine{"an outcome that nobody waits for"});
        return;
    }
    switch (outcome.what) {
        case Outcome::What::done:
            effects_.emplace_back(LateAnswer{.drop = outcome.drop, .event = DropEvent::acked});
            break;
        case Outcome::What::refused:
        case Outcome::What::unseen:
            effects_.emplace_back(LateAnswer{.drop = outcome.drop, .event = DropEvent::nacked});
            break;
        case Outcome::What::unknown:
            effects_.emplace_back(NeverKnown{.drop = outcome.drop});
            break;
    }
}

// Answered in whatever way: nobody needs to ask any more.
bool Machine::take_unsettled(DropId drop)
{
    std::erase(to_ask_, drop);
    return std::erase(unsettled_, drop) > 0;
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

// In flight, or suspect since just now.
void Machine::lose_open_drop(std::string_view why)
{
    const auto drop = link_->in_flight() ? *link_->in_flight() : link_->suspect().value();
    if (link_->protocol() == BoardProtocol::tini2) unsettled_.push_back(drop);
    effects_.emplace_back(
        DropEnded{.drop = drop, .event = DropEvent::lost, .why = why, .refusal = {}});
}

void Machine::drop_queue(std::string_view why)
{
    for (const auto& waiting : std::exchange(queue_, {})) end_unsent(waiting.drop, why);
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
    if (!to_ask_.empty()) return ask_next(now);
    while (!queue_.empty() && pauses_ == 0 && !storing_ && link_->ready(now)) {
        const auto next = queue_.front();
        if (next.stored != link_->protocol()) {
            storing_ = true;
            effects_.emplace_back(StoreProtocol{.drop = next.drop, .protocol = link_->protocol()});
            return;
        }
        queue_.pop_front();
        if (const auto why = why_not(next.slot); !why.empty()) {
            end_unsent(next.drop, why);
            continue;
        }
        effects_.emplace_back(
            SendDrop{.drop = next.drop, .slot = next.slot, .protocol = link_->protocol()});
        link_->drop_sent(next.drop, now);
    }
}

void Machine::ask_next(Instant now)
{
    if (pauses_ > 0 || !link_->ready(now)) return;
    const auto drop = to_ask_.front();
    to_ask_.pop_front();
    effects_.emplace_back(AskOutcome{.drop = drop});
    link_->question_sent(drop, now);
}

void Machine::end_unsent(DropId drop, std::string_view why)
{
    effects_.emplace_back(
        DropEnded{.drop = drop, .event = DropEvent::not_sent, .why = why, .refusal = {}});
}

}  // namespace machines
