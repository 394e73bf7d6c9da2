#pragma once

#include "clients/common/server_address.hpp"

#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <sys/socket.h>

namespace drink_bench {

/// A numeric address and a port, as the kernel takes it.
struct SocketAddress {
    sockaddr_storage storage{};
    socklen_t size = 0;

    const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

/// The first address of a host at which something listens on the port, or in words why there is
/// none. Looks by connecting.
std::expected<SocketAddress, std::string> find_listener(const clients::ServerAddress& server);

/// An address of this computer to listen at. Port 0 asks for a free one.
std::expected<SocketAddress, std::string> address_to_listen_at(
    const std::string& address, std::uint16_t port);

/// So many connections from one address find a free port each, with room to spare.
inline constexpr std::size_t connections_per_source_max = 20'000;

/// Where to connect from: of 127.0.0.0/8, all of which are this computer, the address with that
/// number, so that ports do not run out. Nothing for a server elsewhere: the kernel chooses.
std::optional<SocketAddress> source_for(const SocketAddress& server, std::size_t number);

}  // namespace drink_bench
