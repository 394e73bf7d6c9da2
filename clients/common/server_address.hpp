#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace clients {

/// A host, by name or number, and a TCP port.
struct ServerAddress {
    std::string host;  ///< An IPv6 address is without its brackets here.
    std::uint16_t port = 0;

    bool operator==(const ServerAddress&) const = default;
};

/// Reads `HOST`, `HOST:PORT`, `[IPV6]` or `[IPV6]:PORT`, or says what is wrong with the text.
std::expected<ServerAddress, std::string> parse_server_address(
    std::string_view text, std::uint16_t default_port);

/// The address as parse_server_address reads it, always with its port.
std::string format_server_address(const ServerAddress& address);

}  // namespace clients
