#pragma once

#include "clients/common/server_address.hpp"
#include "clients/drink/link.hpp"
#include "protocol/line_framer.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <array>
#include <chrono>
#include <expected>
#include <memory>
#include <string>

namespace drink {

/// A Link over TCP. While it waits for a line, Ctrl-C (and SIGTERM and SIGHUP) ends the wait
/// and not the program.
class TcpLink : public Link {
public:
    /// Connects, or says in words why that failed. Finding the host's address takes as long as the
    /// system's resolver lets it; `patience` bounds what comes after.
    static std::expected<std::unique_ptr<TcpLink>, std::string> open(
        const clients::ServerAddress& server, std::chrono::milliseconds patience);

    std::expected<void, LinkEnd> send(std::string_view line) override;
    std::expected<std::string, LinkEnd> receive(
        std::chrono::milliseconds patience, const OnSecond& on_second) override;

    /// The socket, non-blocking, for someone who goes on without this class. No line is held back
    /// once the reply to every command has been received.
    int descriptor() { return socket_.native_handle(); }

private:
    TcpLink() = default;

    void reset();

    // The reply to SERVERSTAT, one line about all machines, is by far the longest.
    static constexpr std::size_t line_bytes_max = 1 << 20;

    boost::asio::io_context io_{1};
    boost::asio::ip::tcp::socket socket_{io_};
    protocol::LineFramer framer_{line_bytes_max};
    std::array<char, 4'096> chunk_{};
};

}  // namespace drink
