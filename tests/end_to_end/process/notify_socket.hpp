#pragma once

#include "support/temp_dir.hpp"
#include "support/wait.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <string>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>

namespace support {

/// The service manager of every program that is started while this lives, as sd_notify(3) knows it.
class NotifySocket {
public:
    NotifySocket() : socket_{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)}
    {
        const auto path = (folder_.path() / "notify").string();
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.copy(address.sun_path, sizeof address.sun_path - 1);
        const timeval limit{.tv_sec = patience.count(), .tv_usec = 0};
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        if (::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
            throw std::system_error{errno, std::generic_category(), "binding " + path};
        }
        ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
    }
    NotifySocket(const NotifySocket&) = delete;
    NotifySocket& operator=(const NotifySocket&) = delete;
    ~NotifySocket()
    {
        ::unsetenv("NOTIFY_SOCKET");
        ::close(socket_);
    }

    /// The next message. Throws when none comes.
    std::string next() const
    {
        std::array<char, 256> bytes;
        const auto size = ::recv(socket_, bytes.data(), bytes.size(), 0);
        if (size < 0) throw std::system_error{errno, std::generic_category(), "no message"};
        return {bytes.data(), static_cast<std::size_t>(size)};
    }

private:
    TempDir folder_;
    int socket_;
};

}  // namespace support
