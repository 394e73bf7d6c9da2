#pragma once

#include "machines/board_link.hpp"
#include "machines/drop.hpp"
#include "protocol/tini_message.hpp"
#include "protocol/words.hpp"

#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

namespace machines {

using protocol::Sensor;
using protocol::SlotNumber;

/// What a slot's sensor says.
struct SensedSlot {
    SlotNumber slot = 0;
    Sensor sensor = Sensor::unknown;

    bool operator==(const SensedSlot&) const = default;
};

/// Why a link is given up.
enum class LinkEnd {
    hung_up = 1,     ///< The board closed the connection, or it broke.
    replaced,        ///< The board logged in again on another connection.
    unanswered,      ///< A drop was not answered within two ack timeouts.
    silent,          ///< Nothing was heard for too long.
    protocol_error,  ///< It sent what no board sends.
    stopped,         ///< The daemon is stopping.
};
std::string_view describe(LinkEnd end);

/// What the owner of a Machine has to do, in this order.
struct SendDrop {
    DropId drop{};
    SlotNumber slot = 0;
};
struct AskStatus {};
/// Close the connection; link_down() was already taken care of.
struct CloseLink {
    LinkEnd reason{};
};
/// A drop of the queue came to its end here: acked, nacked, lost or not_sent.
struct DropEnded {
    DropId drop{};
    DropEvent event{};
    std::string_view why;  ///< In words, when it was lost or not sent.
};
/// The answer to a drop that had already ended as lost.
struct LateAnswer {
    DropId drop{};
    DropEvent event{};
};
/// An ack or nack that belongs to no drop. It settles nothing.
struct StrayAnswer {
    DropEvent event{};
};
/// Slots whose sensors changed.
struct SlotsSensed {
    std::vector<SensedSlot> slots;
};
struct TemperatureRead {
    double fahrenheit = 0;
};
/// A line that was not understood, or only in part, in words for the log.
struct BadLine {
    std::string_view what;
};
using Effect = std::variant<
    SendDrop, AskStatus, CloseLink, DropEnded, LateAnswer, StrayAnswer, SlotsSensed,
    TemperatureRead, BadLine>;

/// What a machine is made of, as far as its drops are concerned.
struct MachineSetup {
    std::size_t queue_max = 64;
    LinkTimes link;
    bool has_sensor = false;
    std::vector<SensedSlot> slots;  ///< All slots, with what their sensors said last.
};

/// One machine: its queue of drops and its board's link. Events in, effects out; no I/O, no clock.
///
/// Drops leave the queue first in, first out, one at a time. After events were fed, advance() does
/// what has become possible; the effects are then carried out by the owner.
class Machine {
public:
    /// `on_sale` answers at the moment of sending whether a slot is still enabled.
    Machine(MachineSetup setup, std::function<bool(SlotNumber)> on_sale);

    /// Takes a drop into the queue, or refuses because the queue is full.
    [[nodiscard]] bool enqueue(DropId drop, SlotNumber slot);

    /// The answer to a board's login was handed to its connection. A link that there was is
    /// replaced: its open drop is lost, the queue goes on with the new link.
    void link_up(Instant now);

    /// The connection is gone. The open drop is lost and nothing of the queue is sent.
    void link_down(LinkEnd reason);

    /// A line came on the link.
    void on_message(const protocol::tini::BoardMessage& message, Instant now);

    /// Lets time pass and sends what may be sent now.
    void advance(Instant now);

    /// While the settlement of one of its drops cannot be written down, a machine gets nothing.
    /// Calls nest.
    void pause() { ++pauses_; }
    void resume() { --pauses_; }

    /// Sends nothing more: what is queued, and whatever is queued from now on, is not delivered.
    void stop();

    /// The effects since the last call, in the order in which they came about.
    std::vector<Effect> take_effects();

    /// When advance() has something to do even if nothing happens.
    std::optional<Instant> next_look() const;

    bool online() const { return link_.has_value(); }
    /// A drop on it has timed out: nothing is sent before its answer or a new link comes.
    bool suspect() const { return link_ && link_->suspect(); }
    std::size_t queued() const { return queue_.size(); }
    std::optional<DropId> in_flight() const { return link_ ? link_->in_flight() : std::nullopt; }
    std::size_t queue_max() const { return setup_.queue_max; }

private:
    struct Waiting {
        DropId drop;
        SlotNumber slot;
    };

    void on_answer(DropEvent event);
    void on_status(const protocol::tini::Status& status);
    void on_temperature(double fahrenheit);
    void lose_open_drop(LinkEnd reason);
    void drop_queue(std::string_view why);
    void close_link(LinkEnd reason);
    std::string_view why_not(SlotNumber slot) const;
    SensedSlot* find_slot(int number);
    void send_next(Instant now);

    MachineSetup setup_;
    std::function<bool(SlotNumber)> on_sale_;
    std::deque<Waiting> queue_;
    std::optional<BoardLink> link_;
    std::vector<Effect> effects_;
    int pauses_ = 0;
    bool stopped_ = false;
};

}  // namespace machines
