#pragma once

#include "protocol/words.hpp"

#include <chrono>
#include <optional>

namespace machines {

using protocol::BoardProtocol;
using protocol::DropId;

/// A point of the monotonic clock. It is always given: nothing in machines/ reads a clock.
using Instant = std::chrono::steady_clock::time_point;

/// How long a link may take for what.
struct LinkTimes {
    std::chrono::milliseconds ack_timeout{20'000};
    /// Some boards read their login's answer and a command behind it as one, so the first command
    /// waits for the board's first line, but not longer than this.
    std::chrono::milliseconds first_line_wait{250};
    std::chrono::seconds ask_after{90};     ///< Silence after which the board is asked for a sign.
    std::chrono::seconds close_after{150};  ///< Silence after which the link is given up.
};

/// One connection of a logged-in board: whether something may be sent on it, and whose answer an
/// ack or nack is. One thing is unanswered at a time. On a plain link answers carry no id, so that
/// order is all there is; on a tini 2 link they are told apart by their ids.
///
///     fresh -> idle <-> asked              one status request is unanswered
///                |'---> dropping -> idle   answered in time
///                |          '-----> suspect -> idle   answered late
///                |                        '--> the link is to be closed
///                '----> questioned -> idle   the board told what became of an earlier drop
///                           '-----> the link is to be closed
class BoardLink {
public:
    /// From the moment at which the accepted login was answered.
    BoardLink(LinkTimes times, Instant now, BoardProtocol protocol = BoardProtocol::tini);

    BoardProtocol protocol() const { return protocol_; }

    /// Whether a drop or a question may be sent now.
    bool ready(Instant now) const;

    /// A drop's bytes were handed to the connection. Only while ready().
    void drop_sent(DropId drop, Instant now);

    /// A question about an earlier drop was handed to the connection. Only while ready().
    void question_sent(DropId drop, Instant now);

    /// A status request was handed to the connection.
    void status_asked();

    /// Any line came, whatever it says.
    void heard(Instant now);

    /// An ack or nack came, with the id that it carried on a tini 2 link. Whose it is, and whether
    /// it is late; nothing when it is not the open drop's.
    struct Answered {
        DropId drop;
        bool late = false;
    };
    std::optional<Answered> take_answer(std::optional<DropId> id = {});

    /// The outcome of an earlier drop came. Whether that was the question, which is answered then.
    bool take_outcome(DropId drop);

    /// The drop that waits for its answer in time, if any.
    std::optional<DropId> in_flight() const;

    /// The drop that has timed out on this link and is still unanswered, if any.
    std::optional<DropId> suspect() const;

    /// What is due at this time. `timed_out` makes the link suspect and is reported once.
    enum class Due { nothing, ask_status, timed_out, close_unanswered, close_silent };
    Due take_due(Instant now);

    /// When to look again: the time of the next due thing, or of becoming ready.
    Instant next_look() const;

private:
    enum class State { fresh, idle, asked, dropping, suspect, questioned };

    LinkTimes times_;
    BoardProtocol protocol_;
    State state_ = State::fresh;
    Instant last_heard_;
    Instant answer_due_{};  // While dropping, suspect or questioned.
    Instant ready_at_;      // While fresh.
    DropId drop_{};         // While dropping, suspect or questioned.
};

}  // namespace machines
