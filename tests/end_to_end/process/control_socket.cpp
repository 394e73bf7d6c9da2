#include "process/control_socket.hpp"

#include "support/wait.hpp"

#include <array>
#include <cerrno>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>

namespace support {

ControlSocket::ControlSocket(const std::filesystem::path& ledger_file)
    : socket_{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)}
{
    const timeval limit{.tv_sec = patience.count(), .tv_usec = 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    const auto path = ledger_file.string() + ".sock";
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        ::close(socket_);
        throw std::system_error{errno, std::generic_category(), "connecting to " + path};
    }
}

ControlSocket::~ControlSocket() { ::close(socket_); }

void ControlSocket::send(std::string_view bytes)
{
    while (!bytes.empty()) {
        const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

std::string ControlSocket::rest()
{
    std::string all;
    std::array<char, 4'096> bytes;
    for (;;) {
        const auto size = ::recv(socket_, bytes.data(), bytes.size(), 0);
        if (size < 0 && errno != ECONNRESET) {
            throw std::system_error{errno, std::generic_category(), "the daemon does not hang up"};
        }
        if (size <= 0) return all;
        all.append(bytes.data(), static_cast<std::size_t>(size));
    }
}

nlohmann::json ControlSocket::ask(
    const std::filesystem::path& ledger_file, const nlohmann::json& request)
{
    ControlSocket socket{ledger_file};
    socket.send(request.dump() + "\n");
    return nlohmann::json::parse(socket.rest());
}

}  // namespace support
