#include "clients/drink/tcp_link.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <optional>

namespace drink {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using std::chrono::steady_clock;

}  // namespace

std::expected<std::unique_ptr<TcpLink>, std::string> TcpLink::open(
    const clients::ServerAddress& server, std::chrono::milliseconds patience)
{
    // Not make_unique: the constructor is private.
    std::unique_ptr<TcpLink> link{new TcpLink};
    error_code resolve_error;
    const auto endpoints =
        tcp::resolver{link->io_}.resolve(server.host, std::to_string(server.port), resolve_error);
    if (resolve_error) {
        return std::unexpected{
            fmt::format("cannot find the server {}: {}", server.host, resolve_error.message())};
    }

    std::optional<error_code> connect_error;
    asio::async_connect(
        link->socket_, endpoints,
        [&](const error_code& error, const tcp::endpoint&) { connect_error = error; });
    link->io_.run_for(patience);
    if (!connect_error || *connect_error) {
        const auto reason = connect_error ? connect_error->message() : "no answer";
        // Lets the handler run while what it refers to is still there.
        link->socket_.close();
        link->io_.restart();
        link->io_.run();
        return std::unexpected{fmt::format(
            "cannot connect to {}: {}", clients::format_server_address(server), reason)};
    }
    link->socket_.set_option(tcp::no_delay{true});
    return link;
}

std::expected<void, LinkEnd> TcpLink::send(std::string_view line)
{
    error_code error;
    asio::write(socket_, asio::buffer(fmt::format("{}\n", line)), error);
    if (error) return std::unexpected{LinkEnd::closed};
    return {};
}

std::expected<std::string, LinkEnd> TcpLink::receive(
    std::chrono::milliseconds patience, const OnSecond& on_second)
{
    const auto begin = steady_clock::now();
    const auto deadline = begin + patience;
    std::optional<LinkEnd> end;
    asio::signal_set signals{io_, SIGINT, SIGTERM, SIGHUP};
    signals.async_wait([&](const error_code& cancelled, int) {
        if (!cancelled) end = LinkEnd::interrupted;
    });
    bool reading = false;
    std::optional<std::string> line;
    auto next_second = begin;
    while (!end) {
        if (const auto framed = framer_.next_line()) {
            line = *framed;
            break;
        }
        if (framer_.overflowed()) {
            end = LinkEnd::line_too_long;
            break;
        }
        if (!reading) {
            reading = true;
            socket_.async_read_some(
                asio::buffer(chunk_), [&](const error_code& error, std::size_t size) {
                    reading = false;
                    if (error) {
                        end = LinkEnd::closed;
                    } else {
                        framer_.feed({chunk_.data(), size});
                    }
                });
        }
        const auto now = steady_clock::now();
        if (now >= deadline) {
            end = LinkEnd::silent;
            break;
        }
        if (on_second && now >= next_second) {
            on_second(std::chrono::duration_cast<std::chrono::seconds>(now - begin));
            next_second += std::chrono::seconds{1};
        }
        io_.restart();
        io_.run_one_until(on_second ? std::min(deadline, next_second) : deadline);
    }
    // Lets the handlers run while what they refer to is still there.
    const auto result = end;
    if (result == LinkEnd::interrupted) reset();
    signals.cancel();
    error_code ignored;
    socket_.cancel(ignored);
    io_.restart();
    io_.run();
    if (line) return std::move(*line);
    return std::unexpected{*result};
}

void TcpLink::reset()
{
    error_code ignored;
    socket_.set_option(asio::socket_base::linger{true, 0}, ignored);
    socket_.close(ignored);
}

}  // namespace drink
