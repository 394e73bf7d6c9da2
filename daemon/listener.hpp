#pragma once

#include "config/settings.hpp"
#include "daemon/connections.hpp"
#include "daemon/world.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>

namespace drinkd {

/// One listening socket and its accept loop. Each accepted connection gets a strand of its own.
class Listener {
public:
    /// Makes the session of an accepted, admitted connection.
    using MakeSession = std::function<void(Socket, Connections::Place)>;

    /// Opens the socket. Throws std::runtime_error. `refusal` is what a connection that is
    /// one too many is told before it is closed.
    Listener(
        asio::io_context& io, const config::Endpoint& endpoint, Connections& connections,
        std::string refusal, MakeSession make_session);

    void start();
    /// From any thread. No connection is accepted afterwards.
    void stop();

    tcp::endpoint local_endpoint() const { return acceptor_.local_endpoint(); }

private:
    using Acceptor = asio::basic_socket_acceptor<tcp, Strand>;

    Task<> accept_all();
    void take(Socket socket);

    asio::io_context& io_;
    Strand strand_;
    Acceptor acceptor_;
    Timer pause_;
    Connections& connections_;
    const std::string refusal_;
    const MakeSession make_session_;
    std::optional<Clock::time_point> error_told_at_;
    std::optional<Clock::time_point> refusal_told_at_;
    bool stopped_ = false;
};

}  // namespace drinkd
