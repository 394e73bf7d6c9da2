#pragma once

#include "protocol/codes.hpp"
#include "protocol/words.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// The board protocol and its extension tini 2, in which drops have ids. The first character of a
/// line is the opcode; a blank behind it is there or not, depending on the board. Every function
/// takes any bytes at all.
namespace protocol::tini {

/// `0`: the board says who it is.
struct Login {
    std::string password;  ///< The whole payload.

    /// The password of a board that offers tini 2 behind it, or nothing when it offers nothing. The
    /// whole payload may still be a password of its own, which goes first.
    std::optional<std::string_view> password_before_offer() const;
};

/// `4`: the drop was done.
struct Ack {
    std::optional<DropId> drop;  ///< Only in tini 2.
};

/// `5`: the drop was refused or failed.
struct Nack {
    std::optional<DropId> drop;  ///< Only in tini 2.
    Refusal reason = Refusal::board_refused;
};

/// The reason that a word of tini 2 stands for, or nothing for a word that is none.
std::optional<Refusal> find_reason(std::string_view word);

/// `A`, tini 2 only: what the board knows of a drop that it was asked about.
struct Outcome {
    enum class What {
        done = 1,
        refused,
        unseen,   ///< It never came to the board, and is refused if it ever should.
        unknown,  ///< The board cannot know.
    };
    DropId drop{};
    What what{};
    Refusal reason = Refusal::board_refused;  ///< With `refused`.

    bool operator==(const Outcome&) const = default;
};

/// One pair of a status line.
struct SlotStatus {
    int slot = 0;  ///< As sent: it may be a slot that the machine does not have.
    bool present = false;

    bool operator==(const SlotStatus&) const = default;
};

/// `7`: what the sensors say, of one slot or of all.
struct Status {
    std::vector<SlotStatus> slots;  ///< The usable parts, in the order sent.
    bool complete = true;           ///< False when a part could not be used.
};

/// `8`: degrees Fahrenheit.
struct Temperature {
    double fahrenheit = 0;
};

/// `9`: nothing but a sign of life.
struct KeepAlive {};

/// A line that is none of these, an empty one too.
struct Unknown {};

using BoardMessage =
    std::variant<Login, Ack, Nack, Outcome, Status, Temperature, KeepAlive, Unknown>;

/// Reads a line of a board, without its end.
BoardMessage parse_board_message(std::string_view line);

/// The bytes of a server's lines; these four are all that may ever be sent to a board that did not
/// offer tini 2.
inline constexpr std::string_view login_accepted = "1\n";
inline constexpr std::string_view login_refused = "2\n";
inline constexpr std::string_view status_request = "6\n";
/// `3<slot>` with no blank: a blank stops the reader of the first boards for good.
std::string format_drop(SlotNumber slot);

/// The lines that tini 2 adds: the offer is taken, a drop with its id, and the question `A`.
inline constexpr std::string_view login_accepted_tini2 = "1 2\n";
std::string format_drop(SlotNumber slot, DropId drop);
std::string format_question(DropId drop);

/// What a server may say to a board, as the simulator reads it.
struct LoginAccepted {
    BoardProtocol protocol = BoardProtocol::tini;
};
struct LoginRefused {};
struct DropRequest {
    int slot = 0;
    std::optional<DropId> drop;  ///< Only in tini 2.
};
struct StatusRequest {};
struct Question {
    DropId drop{};
};
using ServerMessage =
    std::variant<LoginAccepted, LoginRefused, DropRequest, StatusRequest, Question, Unknown>;

/// Reads a line of a server, without its end, as strictly as boards do: but for the lines of tini 2
/// exactly one blank stands between words, and anything else than these lines is Unknown.
ServerMessage parse_server_message(std::string_view line);

/// A board's lines of tini 2, with their ends, as the simulator writes them. Without a word for it
/// the reason is left out.
std::string format_ack(DropId drop);
std::string format_nack(DropId drop, Refusal reason);
std::string format_outcome(const Outcome& outcome);

}  // namespace protocol::tini
