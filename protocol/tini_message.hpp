#pragma once

#include "protocol/words.hpp"

#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// The board protocol. The first character of a line is the opcode; a blank behind it is there or
/// not, depending on the board. Every function takes any bytes at all.
namespace protocol::tini {

/// `0`: the board says who it is.
struct Login {
    std::string password;
};

/// `4`: the drop was done.
struct Ack {};

/// `5`: the drop was refused or failed.
struct Nack {};

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

using BoardMessage = std::variant<Login, Ack, Nack, Status, Temperature, KeepAlive, Unknown>;

/// Reads a line of a board, without its end.
BoardMessage parse_board_message(std::string_view line);

/// The bytes of a server's lines; these four are all that may ever be sent to a board.
inline constexpr std::string_view login_accepted = "1\n";
inline constexpr std::string_view login_refused = "2\n";
inline constexpr std::string_view status_request = "6\n";
/// `3<slot>` with no blank: a blank stops the reader of the first boards for good.
std::string format_drop(SlotNumber slot);

/// What a server may say to a board, as the simulator reads it.
struct LoginAccepted {};
struct LoginRefused {};
struct DropRequest {
    int slot = 0;
};
struct StatusRequest {};
using ServerMessage =
    std::variant<LoginAccepted, LoginRefused, DropRequest, StatusRequest, Unknown>;

/// Reads a line of a server, without its end, as strictly as the first boards did: a blank behind
/// `3` makes it Unknown.
ServerMessage parse_server_message(std::string_view line);

}  // namespace protocol::tini
