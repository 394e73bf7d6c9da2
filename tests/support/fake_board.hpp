#pragma once

#include "support/connection.hpp"

namespace support {

/// How a board writes the lines that it begins with an opcode.
enum class Spelling { tini, simulator };

/// The board of a machine, played by the test.
class FakeBoard : public Connection {
public:
    using Connection::Connection;

    /// A board that is logged in and has said its first line, so that a drop reaches it at once.
    static FakeBoard online(std::uint16_t port, std::string_view password);

    /// Logs in and gives the answer: "1\n" or "2\n".
    std::string log_in(std::string_view password, Spelling spelling = Spelling::tini);

    /// Expects to be asked for a drop from that slot, and answers.
    void drop(int slot, std::string_view answer = "4\n");
};

}  // namespace support
