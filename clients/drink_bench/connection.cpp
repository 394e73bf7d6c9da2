#include "clients/drink_bench/connection.hpp"

#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace drink_bench {
namespace {

constexpr std::size_t unfinished_bytes_max = 65'536;

void switch_on(int socket, int level, int option)
{
    const int on = 1;
    ::setsockopt(socket, level, option, &on, sizeof on);
}

}  // namespace

void Connection::connect(const SocketAddress& server, std::size_t source)
{
    socket_ =
        ::socket(server.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
    if (socket_ < 0) return lose(errno);
    switch_on(socket_, IPPROTO_TCP, TCP_NODELAY);
    if (const auto from = source_for(server, source)) {
        // The port is chosen with the server's in view, or there would be fewer of them.
        switch_on(socket_, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT);
        if (::bind(socket_, from->get(), from->size) != 0) return lose(errno);
    }
    if (::connect(socket_, server.get(), server.size) != 0 && errno != EINPROGRESS) {
        return lose(errno);
    }
    connecting_ = true;
    loop_.watch(socket_, EPOLLOUT, *this);
}

void Connection::adopt(int socket)
{
    socket_ = socket;
    switch_on(socket_, IPPROTO_TCP, TCP_NODELAY);
    loop_.watch(socket_, EPOLLIN, *this);
}

void Connection::close()
{
    if (socket_ < 0) return;
    ::close(std::exchange(socket_, -1));
    connecting_ = false;
    unfinished_.clear();
}

void Connection::send(std::string_view bytes)
{
    const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent != static_cast<ssize_t>(bytes.size())) ::shutdown(socket_, SHUT_RDWR);
}

void Connection::on_ready(std::uint32_t)
{
    if (socket_ < 0) return;
    if (connecting_) return finish_connect();
    const auto buffer = loop_.buffer();
    const auto size = ::recv(socket_, buffer.data(), buffer.size(), 0);
    if (size > 0) return take({buffer.data(), static_cast<std::size_t>(size)});
    if (size == 0) return lose("the other side hung up");
    if (errno != EAGAIN) lose(errno);
}

void Connection::finish_connect()
{
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(socket_, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return lose(error);
    connecting_ = false;
    loop_.change(socket_, EPOLLIN, *this);
    on_connected();
}

void Connection::take(std::string_view bytes)
{
    if (unfinished_.empty()) {
        const auto used = on_bytes(bytes);
        if (is_open()) unfinished_ = bytes.substr(used);
    } else {
        unfinished_ += bytes;
        const auto used = on_bytes(unfinished_);
        if (is_open()) unfinished_.erase(0, used);
    }
    if (unfinished_.size() > unfinished_bytes_max) lose("it sent a message without an end");
}

void Connection::lose(std::string_view why)
{
    close();
    on_lost(why);
}

void Connection::lose(int error) { lose(std::generic_category().message(error)); }

std::size_t LineConnection::on_bytes(std::string_view bytes)
{
    std::size_t begin = 0;
    while (is_open()) {
        const auto end = bytes.find('\n', begin);
        if (end == std::string_view::npos) break;
        auto line = bytes.substr(begin, end - begin);
        if (line.ends_with('\r')) line.remove_suffix(1);
        begin = end + 1;
        on_line(line);
    }
    return begin;
}

}  // namespace drink_bench
