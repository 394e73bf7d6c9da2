#include "support/connection.hpp"

#include "support/wait.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace support {
namespace {

std::system_error failure(const std::string& what)
{
    return std::system_error{errno, std::generic_category(), what};
}

sockaddr_in loopback(const std::string& address, std::uint16_t port)
{
    sockaddr_in result{};
    result.sin_family = AF_INET;
    result.sin_port = htons(port);
    ::inet_pton(AF_INET, address.c_str(), &result.sin_addr);
    return result;
}

std::string in_quotes(std::string_view bytes)
{
    std::string text = "\"";
    for (const char byte : bytes) {
        if (byte == '\r') {
            text += "\\r";
        } else if (byte == '\n') {
            text += "\\n";
        } else {
            text += byte;
        }
    }
    return text + '"';
}

}  // namespace

Connection::Connection(std::uint16_t port, const std::string& from)
    : socket_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)}
{
    const auto here = loopback(from, 0);
    const auto there = loopback("127.0.0.1", port);
    if (::bind(socket_, reinterpret_cast<const sockaddr*>(&here), sizeof here) != 0 ||
        ::connect(socket_, reinterpret_cast<const sockaddr*>(&there), sizeof there) != 0) {
        const auto error = failure("connecting to port " + std::to_string(port));
        ::close(socket_);
        throw error;
    }
    // What a test sends in two pieces is to arrive in two.
    const int yes = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    // The reset by which a killed program hangs up may get lost: whoever waits asks for another.
    const int idle_s = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_KEEPIDLE, &idle_s, sizeof idle_s);
    ::setsockopt(socket_, IPPROTO_TCP, TCP_KEEPINTVL, &idle_s, sizeof idle_s);
    ::setsockopt(socket_, SOL_SOCKET, SO_KEEPALIVE, &yes, sizeof yes);
}

Connection::Connection(Connection&& other) noexcept
    : socket_{std::exchange(other.socket_, -1)},
      received_{std::move(other.received_)},
      segments_before_{other.segments_before_}
{
}

Connection::~Connection()
{
    if (socket_ >= 0) ::close(socket_);
}

void Connection::send(std::string_view bytes)
{
    if (!try_send(bytes)) throw failure("sending " + in_quotes(bytes));
}

bool Connection::try_send(std::string_view bytes)
{
    segments_before_ = segments();
    while (!bytes.empty()) {
        const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

void Connection::flood(std::string_view bytes)
{
    constexpr int stuck_ms = 200;
    pollfd writable{.fd = socket_, .events = POLLOUT, .revents = 0};
    auto rest = bytes;
    while (::poll(&writable, 1, stuck_ms) == 1) {
        const auto sent = ::send(socket_, rest.data(), rest.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0) throw failure("flooding");
        rest.remove_prefix(static_cast<std::size_t>(sent));
        if (rest.empty()) rest = bytes;
    }
}

std::string Connection::line()
{
    auto end = received_.find('\n');
    while (end == std::string::npos) {
        const auto before = received_.size();
        if (!receive()) {
            throw std::runtime_error{
                "the connection ended in the middle of a line: " + in_quotes(received_)};
        }
        end = received_.find('\n', before);
    }
    return read(end + 1);
}

std::string Connection::read(std::size_t size)
{
    while (received_.size() < size) {
        if (!receive()) {
            throw std::runtime_error{
                "the connection ended too early, after " + in_quotes(received_)};
        }
    }
    auto bytes = received_.substr(0, size);
    received_.erase(0, size);
    return bytes;
}

std::string Connection::reply()
{
    if (received_.empty() && !receive()) throw std::runtime_error{"the connection ended"};
    const auto came = segments() - segments_before_;
    if (came != 1) {
        throw std::runtime_error{
            in_quotes(received_) + " came in " + std::to_string(came) + " segments"};
    }
    return std::exchange(received_, {});
}

void Connection::expect(std::string_view bytes)
{
    const auto came = read(bytes.size());
    if (came == bytes) return;
    throw std::runtime_error{
        "expected " + in_quotes(bytes) + ", but there came " + in_quotes(came)};
}

std::string Connection::rest()
{
    while (receive()) {
    }
    return std::exchange(received_, {});
}

void Connection::end_sending() { ::shutdown(socket_, SHUT_WR); }

void Connection::reset()
{
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    ::close(std::exchange(socket_, -1));
}

bool Connection::receive()
{
    constexpr auto limit = std::chrono::milliseconds{patience}.count();
    pollfd readable{.fd = socket_, .events = POLLIN, .revents = 0};
    if (::poll(&readable, 1, static_cast<int>(limit)) == 0) {
        throw TooLate{"nothing more came; so far: " + in_quotes(received_)};
    }
    std::array<char, 65'536> bytes;
    const auto size = ::recv(socket_, bytes.data(), bytes.size(), 0);
    if (size < 0 && errno != ECONNRESET) throw failure("receiving");
    if (size <= 0) return false;
    received_.append(bytes.data(), static_cast<std::size_t>(size));
    return true;
}

// Those with data in them: the other side's writes, where each waits for an answer to the last.
std::uint32_t Connection::segments() const
{
    tcp_info info{};
    socklen_t size = sizeof info;
    if (::getsockopt(socket_, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) throw failure("TCP_INFO");
    return info.tcpi_data_segs_in;
}

}  // namespace support
