#include "clients/drink_bench/listener.hpp"

#include <cerrno>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace drink_bench {
namespace {

[[noreturn]] void fail(const char* what)
{
    throw std::system_error{errno, std::generic_category(), what};
}

}  // namespace

Listener::Listener(EventLoop& loop, const SocketAddress& address, std::function<void(int)> take)
    : take_{std::move(take)},
      socket_{::socket(
          address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP)}
{
    const int on = 1;
    if (socket_ < 0) fail("socket");
    ::setsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (::bind(socket_, address.get(), address.size) != 0) {
        const std::error_code error{errno, std::generic_category()};
        ::close(socket_);
        throw std::system_error{error, "cannot listen"};
    }
    ::listen(socket_, SOMAXCONN);
    loop.watch(socket_, EPOLLIN, *this);
}

Listener::~Listener() { ::close(socket_); }

std::uint16_t Listener::port() const
{
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    // The port is at the same place in both families.
    return ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
}

void Listener::on_ready(std::uint32_t)
{
    for (;;) {
        const int socket = ::accept4(socket_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (socket >= 0) {
            take_(socket);
        } else if (errno == EAGAIN) {
            return;
        } else if (errno != ECONNABORTED && errno != EINTR) {
            fail("accept");
        }
    }
}

}  // namespace drink_bench
