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

using protocol::Refusal;
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
    unanswered,      ///< A drop was not answered within two ack timeouts, or a question within one.
    silent,          ///< Nothing was heard for too long.
    protocol_error,  ///< It sent what no board sends.
    stopped,         ///< The daemon is stopping.
};
std::string_view describe(LinkEnd end);

/// What the owner of a Machine has to do, in this order.
struct SendDrop {
    DropId drop{};
    SlotNumber slot = 0;
    BoardProtocol protocol{};  ///< tini2: with its id.
};
struct AskStatus {};
/// Ask a tini 2 board what became of a drop.
struct AskOutcome {
    DropId drop{};
};
/// Write down, durably, by which protocol a drop is going to be sent, then call protocol_stored().
struct StoreProtocol {
    DropId drop{};
    BoardProtocol protocol{};
};
/// Close the connection; link_down() was already taken care of.
struct CloseLink {
    LinkEnd reason{};
};
/// A drop of the queue came to its end here: acked, nacked, lost or not_sent.
struct DropEnded {
    DropId drop{};
    DropEvent event{};
    std::string_view why;                      ///< In words, when it was lost or not sent.
    Refusal refusal = Refusal::board_refused;  ///< When it was nacked.
};
/// The answer to a drop that had already ended as lost.
struct LateAnswer {
    DropId drop{};
    DropEvent event{};
};
/// The board cannot know what became of a drop that had ended as lost: it is not asked again.
struct NeverKnown {
    DropId drop{};
};
/// An ack or nack that belongs to no open drop of this machine. It settles nothing.
struct StrayAnswer {
    DropEvent event{};
    std::optional<DropId> drop;  ///< On a tini 2 link.
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
    SendDrop, AskStatus, AskOutcome, StoreProtocol, CloseLink, DropEnded, LateAnswer, NeverKnown,
    StrayAnswer, SlotsSensed, TemperatureRead, BadLine>;

/// What a machine is made of, as far as its drops are concerned.
struct MachineSetup {
    std::size_t queue_max = 64;
    LinkTimes link;
    bool has_sensor = false;
    std::vector<SensedSlot> slots;  ///< All slots, with what their sensors said last.
    std::vector<DropId> unsettled;  ///< Drops that its board is to be asked about.
};

/// One machine: its queue of drops and its board's link. Events in, effects out; no I/O, no clock.
///
/// Drops leave the queue first in, first out, one at a time. A tini 2 board is first asked about
/// every drop that was sent to it with an id and whose outcome is not known. After events were fed,
/// advance() does what has become possible; the effects are then carried out by the owner.
class Machine {
public:
    /// `on_sale` answers at the moment of sending whether a slot is still enabled.
    Machine(MachineSetup setup, std::function<bool(SlotNumber)> on_sale);

    /// Takes a drop into the queue, or refuses because the queue is full. `stored` is the protocol
    /// that the ledger has for it.
    [[nodiscard]] bool enqueue(
        DropId drop, SlotNumber slot, BoardProtocol stored = BoardProtocol::tini);

    /// The answer to a board's login was handed to its connection. A link that there was is
    /// replaced: its open drop is lost, the queue goes on with the new link.
    void link_up(Instant now, BoardProtocol protocol = BoardProtocol::tini);

    /// The connection is gone. The open drop is lost and nothing of the queue is sent.
    void link_down(LinkEnd reason);

    /// A line came on the link.
    void on_message(const protocol::tini::BoardMessage& message, Instant now);

    /// What was asked for by StoreProtocol is durable, or cannot be written down: then the drop is
    /// not sent.
    void protocol_stored(const StoreProtocol& request, bool kept);

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
    /// The protocol of the link; tini when there is none.
    BoardProtocol protocol() const { return link_ ? link_->protocol() : BoardProtocol::tini; }
    /// A drop on it has timed out: nothing is sent before its answer or a new link comes.
    bool suspect() const { return link_ && link_->suspect(); }
    std::size_t queued() const { return queue_.size(); }
    std::optional<DropId> in_flight() const { return link_ ? link_->in_flight() : std::nullopt; }
    std::size_t queue_max() const { return setup_.queue_max; }

private:
    struct Waiting {
        DropId drop;
        SlotNumber slot;
        BoardProtocol stored;
    };

    void on_answer(DropEvent event, std::optional<DropId> id, Refusal refusal);
    void on_outcome(const protocol::tini::Outcome& outcome);
    void on_status(const protocol::tini::Status& status);
    void on_temperature(double fahrenheit);
    void lose_open_drop(std::string_view why);
    bool take_unsettled(DropId drop);
    void drop_queue(std::string_view why);
    void close_link(LinkEnd reason);
    std::string_view why_not(SlotNumber slot) const;
    SensedSlot* find_slot(int number);
    void send_next(Instant now);
    void ask_next(Instant now);
    void end_unsent(DropId drop, std::string_view why);

    MachineSetup setup_;
    std::function<bool(SlotNumber)> on_sale_;
    std::deque<Waiting> queue_;
    bool storing_ = false;  // The protocol of the queue's first drop is being written down.
    std::vector<DropId> unsettled_;  // Sent with an id, and lost.
    std::deque<DropId> to_ask_;      // Those of them that this link's board was not asked about.
    std::optional<BoardLink> link_;
    std::vector<Effect> effects_;
    int pauses_ = 0;
    bool stopped_ = false;
};

}  // namespace machines
