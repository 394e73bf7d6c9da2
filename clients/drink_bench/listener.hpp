#pragma once

#include "clients/drink_bench/event_loop.hpp"
#include "clients/drink_bench/socket_address.hpp"

#include <cstdint>
#include <functional>

namespace drink_bench {

/// Accepts on the loop.
class Listener final : private Watched {
public:
    /// `take` gets each new connection's non-blocking socket, and owns it. Throws
    /// std::system_error.
    Listener(EventLoop& loop, const SocketAddress& address, std::function<void(int)> take);
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;
    ~Listener();

    std::uint16_t port() const;

private:
    void on_ready(std::uint32_t epoll_events) override;

    std::function<void(int)> take_;
    int socket_;
};

}  // namespace drink_bench
