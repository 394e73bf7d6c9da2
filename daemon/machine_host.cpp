#include "daemon/machine_host.hpp"

#include "daemon/log.hpp"
#include "daemon/receive.hpp"
#include "protocol/overloaded.hpp"

#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace drinkd {
namespace {

using machines::DropEvent;
using machines::LinkEnd;

machines::Instant now() { return Clock::now(); }

bool is_command(const machines::Effect& effect)
{
    return std::holds_alternative<machines::SendDrop>(effect) ||
           std::holds_alternative<machines::AskStatus>(effect) ||
           std::holds_alternative<machines::AskOutcome>(effect);
}

}  // namespace

// One connection of the machine's board. The serving coroutine and the host share it: a new login
// closes it under the coroutine.
struct MachineHost::Link {
    Socket socket;
    protocol::LineFramer framer;
    std::string peer;
    std::optional<LinkEnd> end;  // Set once; the connection is closed from then on.
};

// A drop on its way, in the frame of the coroutine that waits for it.
struct MachineHost::Waiter {
    DropId drop{};
    SlotNumber slot = 0;
    BoardProtocol stored{};
    Delivery delivery;
    Wake wake;
};

MachineHost::MachineHost(
    asio::io_context& io, std::size_t index, std::string id, machines::MachineSetup setup,
    const SlotCatalog& catalog, MachineEvents& events)
    : strand_{asio::make_strand(io.get_executor())},
      index_{index},
      id_{std::move(id)},
      queue_max_{setup.queue_max},
      events_{events},
      machine_{
          std::move(setup),
          [&catalog, index](SlotNumber number) {
    return catalog.read(index, [number](std::span<const machines::Slot> slots) {
        const auto slot = std::ranges::find(slots, number, &machines::Slot::number);
        return slot != slots.end() && slot->enabled;
    });
          }},
timer_{strand_}
{
}

Task<Delivery> MachineHost::deliver(DropId drop, SlotNumber slot, BoardProtocol stored)
{
    Waiter waiter;
    waiter.drop = drop;
    waiter.slot = slot;
    waiter.stored = stored;
    co_await waiter.wake.sleep([&] { asio::dispatch(strand_, [&] { enqueue(waiter); }); });
    co_return std::move(waiter.delivery);
}

std::optional<double> MachineHost::temperature() const { return thermometer_.fahrenheit(now()); }

void MachineHost::remember_temperature(double fahrenheit, machines::Instant at)
{
    thermometer_.take(fahrenheit, at);
}

void MachineHost::pause()
{
    asio::dispatch(strand_, [this] { machine_.pause(); });
}

void MachineHost::resume()
{
    asio::dispatch(strand_, [this] {
        machine_.resume();
        advance();
    });
}

void MachineHost::stop()
{
    asio::dispatch(strand_, [this] {
        machine_.stop();
        advance();
    });
}

void MachineHost::hang_up()
{
    asio::dispatch(strand_, [this] {
        hung_up_ = true;
        if (!link_) return;
        machine_.link_down(LinkEnd::stopped);
        close(*link_, LinkEnd::stopped);
        advance();
    });
}

Task<MachineHost::State> MachineHost::state()
{
    State state;
    Wake wake;
    co_await wake.sleep([&] {
        asio::dispatch(strand_, [&] {
            state.online = machine_.online();
            state.suspect = machine_.suspect();
            state.queued = machine_.queued();
            state.in_flight = machine_.in_flight();
            if (link_) state.peer = link_->peer;
            wake.wake();
        });
    });
    co_return state;
}

Task<LinkEnd> MachineHost::serve(
    Socket socket, protocol::LineFramer framer, std::string peer, BoardProtocol protocol)
{
    if (hung_up_) co_return LinkEnd::stopped;
    if (link_) {
        read_dry(*link_);
        if (link_) close(*link_, LinkEnd::replaced);
    }
    const auto link =
        std::make_shared<Link>(std::move(socket), std::move(framer), std::move(peer), std::nullopt);
    link_ = link;
    machine_.link_up(now(), protocol);
    publish();
    // The answer to the login goes out before any command can.
    const bool tini2 = protocol == BoardProtocol::tini2;
    send_to_board(tini2 ? protocol::tini::login_accepted_tini2 : protocol::tini::login_accepted);
    if (!link->end) {
        log::info(
            "board connected",
            {{"machine", id_}, {"address", link->peer}, {"protocol", tini2 ? "tini 2" : "tini"}});
    }
    take_lines(*link);
    advance();
    while (!link->end) {
        const auto [error] = co_await link->socket.async_wait(Socket::wait_read, use_tuple);
        if (link->end) break;
        if (error || !receive(*link)) {
            machine_.link_down(LinkEnd::hung_up);
            close(*link, LinkEnd::hung_up);
        }
        advance();
    }
    co_return *link->end;
}

void MachineHost::enqueue(Waiter& waiter)
{
    if (!machine_.enqueue(waiter.drop, waiter.slot, waiter.stored)) {
        waiter.delivery = {
            .event = DropEvent::not_sent, .why = "the queue is full", .refusal = Refusal::busy};
        waiter.wake.wake();
        return;
    }
    waiters_.emplace(waiter.drop, &waiter);
    advance();
}

void MachineHost::protocol_stored(const machines::StoreProtocol& request, bool kept)
{
    machine_.protocol_stored(request, kept);
    advance();
}

void MachineHost::advance()
{
    // What is carried out can fail, and then there is more to do.
    do {
        machine_.advance(now());
        publish();
    } while (carry_out_effects());
    arm_timer();
}

void MachineHost::publish()
{
    online_ = machine_.online();
    protocol_ = machine_.protocol();
    queued_ = machine_.queued();
}

bool MachineHost::carry_out_effects()
{
    const auto effects = machine_.take_effects();
    // The board's next command goes out before members are woken with the last one's outcome.
    for (const bool commands : {true, false}) {
        for (const auto& effect : effects) {
            if (is_command(effect) == commands) carry_out(effect);
        }
    }
    return !effects.empty();
}

void MachineHost::carry_out(const machines::Effect& effect)
{
    using namespace machines;
    std::visit(
        protocol::Overloaded{
            [&](const SendDrop& send) { send_drop(send); },
            [&](const AskStatus&) {
        log::debug("board asked for its status", {{"machine", id_}});
        send_to_board(protocol::tini::status_request);
            },
            [&](const AskOutcome& ask) {
        log::info("board asked about a drop", {{"drop", ask.drop}, {"machine", id_}});
        send_to_board(protocol::tini::format_question(ask.drop));
        },
        [&](const StoreProtocol& store) { events_.store_protocol(index_, store); },
        [&](const CloseLink& close_it) { give_up_link(close_it.reason); },
        [&](const DropEnded& ended) { finish(ended); },
        [&](const LateAnswer& late) { events_.late_answer(index_, late.drop, late.event); },
        [&](const NeverKnown& never) {
        log::warn(
            "the board does not know what became of a drop",
            {{"drop", never.drop}, {"machine", id_}});
        events_.never_known(index_, never.drop);
        },
        [&](const StrayAnswer& stray) { take_stray_answer(stray); },
        [&](const SlotsSensed& sensed) { events_.slots_sensed(index_, sensed.slots); },
        [&](const TemperatureRead& reading) {
        thermometer_.take(reading.fahrenheit, now());
        events_.temperature_read(index_, reading.fahrenheit);
    },
        [&](const BadLine& bad) {
        log::debug("bad line from the board", {{"machine", id_}, {"reason", bad.what}});
        },
        }, effect);
}

void MachineHost::send_drop(const machines::SendDrop& send)
{
    log::debug("drop sent", {{"drop", send.drop}, {"machine", id_}, {"slot", send.slot}});
    const bool tini2 = send.protocol == BoardProtocol::tini2;
    send_to_board(
        tini2 ? protocol::tini::format_drop(send.slot, send.drop)
              : protocol::tini::format_drop(send.slot));
}

void MachineHost::give_up_link(LinkEnd reason)
{
    if (reason == LinkEnd::unanswered) {
        log::warn(
            "the board did not answer in time; if it does not log in again, switch it off and on",
            {{"machine", id_}});
    }
    if (link_) close(*link_, reason);
}

void MachineHost::take_stray_answer(const machines::StrayAnswer& stray)
{
    std::string what = stray.event == DropEvent::acked ? "an ack" : "a nack";
    if (stray.drop) what += fmt::format(" of drop {}", protocol::number(*stray.drop));
    what += " that nothing waited for";
    // A board that floods is told of once in a while; each is told at debug.
    constexpr std::chrono::seconds interval{10};
    const auto at = now();
    if (!stray_told_at_ || at - *stray_told_at_ >= interval) {
        stray_told_at_ = at;
        log::warn("stray answer from the board", {{"machine", id_}, {"answer", what}});
    } else {
        log::debug("stray answer from the board", {{"machine", id_}, {"answer", what}});
    }
    events_.evidence(index_, std::move(what));
}

// A command is a few bytes and at most one is unanswered, so it fits into the connection's buffer
// or the connection is broken.
void MachineHost::send_to_board(std::string_view bytes)
{
    if (!link_) return;
    error_code error;
    const auto sent = link_->socket.send(asio::buffer(bytes), 0, error);
    if (!error && sent == bytes.size()) return;
    machine_.link_down(LinkEnd::hung_up);
    close(*link_, LinkEnd::hung_up);
}

void MachineHost::finish(const machines::DropEnded& ended)
{
    const auto found = waiters_.find(ended.drop);
    if (found == waiters_.end()) return;
    auto& waiter = *found->second;
    waiters_.erase(found);
    waiter.delivery = {
        .event = ended.event,
        .why = std::string{ended.why},
        .refusal = ended.event == DropEvent::nacked ? ended.refusal : Refusal::machine_offline,
    };
    waiter.wake.wake();
}

void MachineHost::read_dry(Link& link)
{
    // What the old link's board still said belongs to its drops. Bounded: a peer that floods is
    // not listened to for longer than this.
    constexpr int turns_max = 16;
    for (int turn = 0; turn < turns_max && !link.end && receive(link); ++turn) {
        error_code error;
        if (link.socket.available(error) == 0 || error) break;
    }
    // Without advancing: nothing more is sent on a link that is about to be replaced.
    carry_out_effects();
}

bool MachineHost::receive(Link& link)
{
    if (drinkd::receive(link.socket, link.framer)) return false;
    take_lines(link);
    return true;
}

void MachineHost::take_lines(Link& link)
{
    while (!link.end) {
        const auto line = link.framer.next_line();
        if (!line) break;
        machine_.on_message(protocol::tini::parse_board_message(*line), now());
    }
    if (link.framer.overflowed() && !link.end) {
        machine_.link_down(LinkEnd::protocol_error);
        close(link, LinkEnd::protocol_error);
    }
}

void MachineHost::close(Link& link, LinkEnd reason)
{
    if (link.end) return;
    link.end = reason;
    error_code ignored;
    link.socket.close(ignored);
    if (link_.get() == &link) link_.reset();
}

// One timer, moved only when something is due earlier than it will fire: under load it fires once
// per ack timeout instead of being set anew for each drop.
void MachineHost::arm_timer()
{
    const auto due = machine_.next_look();
    if (!due) {
        timer_.cancel();
        timer_due_.reset();
        return;
    }
    if (timer_due_ && *timer_due_ <= *due) return;
    timer_due_ = due;
    timer_.expires_at(*due);
    timer_.async_wait([this](error_code error) {
        if (error) return;
        timer_due_.reset();
        advance();
    });
}

}  // namespace drinkd
