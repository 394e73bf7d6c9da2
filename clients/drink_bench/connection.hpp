#pragma once

#include "clients/drink_bench/event_loop.hpp"
#include "clients/drink_bench/socket_address.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace drink_bench {

/// One TCP connection on the loop. Bytes are handed on where they lie in the loop's buffer, and
/// sent at once; nothing is allocated for a message unless it comes in pieces.
class Connection : public Watched {
public:
    explicit Connection(EventLoop& loop) : loop_{loop} {}
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    virtual ~Connection() { close(); }

    bool is_open() const { return socket_ >= 0; }
    void close();

    void on_ready(std::uint32_t epoll_events) final;

protected:
    /// Both need it closed. A failure is told by on_lost(), of connect() before it returns too.
    void connect(const SocketAddress& server, std::size_t source);
    void adopt(int socket);

    /// Who sends more than the kernel takes has a peer that does not read: it is disconnected. That
    /// and any failure show as on_lost() at the next read, so a caller need not look.
    void send(std::string_view bytes);

    virtual void on_connected() {}
    /// Tells how many of the bytes were used up. The others come again, with those that follow.
    virtual std::size_t on_bytes(std::string_view bytes) = 0;
    /// It is closed, and not by close().
    virtual void on_lost(std::string_view why) = 0;

    EventLoop& loop() const { return loop_; }

private:
    void finish_connect();
    void take(std::string_view bytes);
    void lose(std::string_view why);
    void lose(int error);

    EventLoop& loop_;
    int socket_ = -1;
    bool connecting_ = false;
    std::string unfinished_;
};

/// A connection of lines.
class LineConnection : public Connection {
public:
    using Connection::Connection;

protected:
    /// The line without its end.
    virtual void on_line(std::string_view line) = 0;

private:
    std::size_t on_bytes(std::string_view bytes) final;
};

}  // namespace drink_bench
