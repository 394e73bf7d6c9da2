#pragma once

#include <chrono>
#include <expected>
#include <functional>
#include <string>
#include <string_view>

namespace drink {

/// Why no line came.
enum class LinkEnd {
    closed = 1,  ///< The server hung up, or the network did.
    silent,      ///< Nothing came in time.
    /// The user pressed Ctrl-C, or the program was asked to end. The connection has been reset, so
    /// that the server sees a client that left, which cancels a delayed drop; the mere end of the
    /// stream would not.
    interrupted,
    line_too_long,  ///< What comes is not Sunday.
};

/// Called about every second of a wait with how long it has lasted.
using OnSecond = std::function<void(std::chrono::seconds waited)>;

/// The lines of one connection to a server. Calls wait.
class Link {
public:
    virtual ~Link() = default;

    /// Sends a line; its end is added.
    virtual std::expected<void, LinkEnd> send(std::string_view line) = 0;

    /// The next line, without its end.
    virtual std::expected<std::string, LinkEnd> receive(
        std::chrono::milliseconds patience, const OnSecond& on_second) = 0;
};

}  // namespace drink
