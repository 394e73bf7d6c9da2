#include "clients/drink_bench/socket_address.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>
#include <system_error>
#include <unistd.h>

namespace drink_bench {
namespace {

using AddressList = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

std::expected<AddressList, std::string> resolve(
    const std::string& host, std::uint16_t port, int flags)
{
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = flags;
    addrinfo* found = nullptr;
    const auto service = std::to_string(port);
    const int error = ::getaddrinfo(host.c_str(), service.c_str(), &hints, &found);
    if (error != 0) return std::unexpected{fmt::format("{}: {}", host, ::gai_strerror(error))};
    return AddressList{found, &::freeaddrinfo};
}

SocketAddress address_of(const addrinfo& info)
{
    SocketAddress address;
    std::memcpy(&address.storage, info.ai_addr, info.ai_addrlen);
    address.size = info.ai_addrlen;
    return address;
}

std::error_code try_to_connect(const SocketAddress& address)
{
    const int socket = ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const bool reached = socket >= 0 && ::connect(socket, address.get(), address.size) == 0;
    const std::error_code error{reached ? 0 : errno, std::generic_category()};
    if (socket >= 0) ::close(socket);
    return error;
}

}  // namespace

std::expected<SocketAddress, std::string> find_listener(const clients::ServerAddress& server)
{
    const auto found = resolve(server.host, server.port, 0);
    if (!found) return std::unexpected{found.error()};
    std::error_code error;
    for (const auto* info = found->get(); info; info = info->ai_next) {
        const auto address = address_of(*info);
        error = try_to_connect(address);
        if (!error) return address;
    }
    return std::unexpected{
        fmt::format("{}: {}", clients::format_server_address(server), error.message())};
}

std::expected<SocketAddress, std::string> address_to_listen_at(
    const std::string& address, std::uint16_t port)
{
    const auto found = resolve(address, port, AI_PASSIVE | AI_NUMERICHOST);
    if (!found) return std::unexpected{found.error()};
    return address_of(**found);
}

std::optional<SocketAddress> source_for(const SocketAddress& server, std::size_t number)
{
    sockaddr_in address{};
    if (server.storage.ss_family != AF_INET) return std::nullopt;
    std::memcpy(&address, &server.storage, sizeof address);
    if (ntohl(address.sin_addr.s_addr) >> 24 != IN_LOOPBACKNET) return std::nullopt;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK + static_cast<std::uint32_t>(number));
    address.sin_port = 0;
    SocketAddress source;
    std::memcpy(&source.storage, &address, sizeof address);
    source.size = sizeof address;
    return source;
}

}  // namespace drink_bench
