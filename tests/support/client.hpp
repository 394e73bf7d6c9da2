#pragma once

#include "support/connection.hpp"

namespace support {

/// The iButton that a test's account of that name has.
std::string ibutton_of(std::string_view name);

/// A member's connection to a Sunday listener, whose banner has been read.
class Client : public Connection {
public:
    explicit Client(std::uint16_t port, const std::string& from = "127.0.0.1");

    const std::string& banner() const { return banner_; }

    /// Sends a command and its LF, and gives the line that comes back, with its end.
    std::string ask(std::string_view command);

    /// Logs in by iButton, which unlike a password takes no time. Throws when it is refused.
    void log_in(std::string_view name);

private:
    std::string banner_;
};

}  // namespace support
