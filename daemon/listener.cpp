#include "daemon/listener.hpp"

#include "daemon/log.hpp"
#include "daemon/spawn.hpp"

#include <boost/asio/ip/v6_only.hpp>

namespace drinkd {
namespace {

using namespace std::chrono_literals;

// After an error, most likely that there are no descriptors left, others get time to free some.
constexpr auto pause_after_error = 100ms;
// One line tells of such errors, and of connections that are refused, not ten a second.
constexpr auto report_interval = 10s;

bool is_time_to_tell(std::optional<Clock::time_point>& told_at)
{
    const auto now = Clock::now();
    if (told_at && now - *told_at < report_interval) return false;
    told_at = now;
    return true;
}

}  // namespace

Listener::Listener(
    asio::io_context& io, const config::Endpoint& endpoint, Connections& connections,
    std::string refusal, MakeSession make_session)
    : io_{io},
      strand_{asio::make_strand(io.get_executor())},
      acceptor_{strand_},
      pause_{strand_},
      connections_{connections},
      refusal_{std::move(refusal)},
      make_session_{std::move(make_session)}
{
    const tcp::endpoint local{asio::ip::make_address(endpoint.address), endpoint.port};
    error_code error;
    acceptor_.open(local.protocol(), error);
    if (!error) acceptor_.set_option(asio::socket_base::reuse_address{true}, error);
    // `::` takes IPv4 too, whatever the system's default is.
    if (!error && local.address().is_v6()) {
        acceptor_.set_option(asio::ip::v6_only{false}, error);
    }
    if (!error) acceptor_.bind(local, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (error) {
        throw std::runtime_error{"cannot listen on " + describe(local) + ": " + error.message()};
    }
}

void Listener::start() { spawn(strand_, accept_all(), "accepting connections"); }

void Listener::stop()
{
    asio::dispatch(strand_, [this] {
        stopped_ = true;
        error_code ignored;
        acceptor_.close(ignored);
        pause_.cancel();
    });
}

Task<> Listener::accept_all()
{
    while (!stopped_) {
        const auto strand = asio::make_strand(io_.get_executor());
        auto [error, socket] = co_await acceptor_.async_accept(strand, use_tuple);
        if (stopped_) break;
        if (!error) {
            take(std::move(socket));
            continue;
        }
        if (error == asio::error::connection_aborted) continue;
        if (is_time_to_tell(error_told_at_)) {
            log::error("connections cannot be accepted", {{"reason", error.message()}});
        }
        pause_.expires_after(pause_after_error);
        co_await pause_.async_wait(use_tuple);
    }
}

void Listener::take(Socket socket)
{
    error_code error;
    const auto remote = socket.remote_endpoint(error);
    if (error) return;
    socket.non_blocking(true, error);
    // One reply is one segment, at once.
    socket.set_option(tcp::no_delay{true}, error);
    auto place = connections_.admit(remote);
    if (!place) {
        socket.send(asio::buffer(refusal_), 0, error);
        const auto log_it = is_time_to_tell(refusal_told_at_) ? log::info : log::debug;
        log_it(
            "connection refused",
            {{"address", describe(remote)}, {"reason", "too many connections"}});
        return;
    }
    make_session_(std::move(socket), std::move(*place));
}

}  // namespace drinkd
