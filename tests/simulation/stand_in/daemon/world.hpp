#pragma once

#include "daemon/asio.hpp"
#include "simulation/timers.hpp"
#include "simulation/wire.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

/// What the simulated daemon is compiled with in place of its own world.hpp: a clock that goes only
/// when it is told to, and connections in memory.
namespace drinkd {

struct Clock : std::chrono::steady_clock {
    static time_point now() { return simulation::timers().now(); }
};

namespace detail {

// A completion runs on its object's strand, later, as Asio's own do.
template <class Handler>
auto later(const Strand& strand, Handler handler)
{
    return [strand, handler = std::move(handler)](error_code error) mutable {
        asio::post(strand, [handler = std::move(handler), error]() mutable { handler(error); });
    };
}

}  // namespace detail

class Timer {
public:
    explicit Timer(Strand strand) : strand_{std::move(strand)} {}
    Timer(const Timer&) = delete;
    ~Timer() { cancel(); }

    void expires_after(Clock::duration time) { expires_at(Clock::now() + time); }
    void expires_at(Clock::time_point at)
    {
        cancel();
        due_ = at;
    }
    void cancel()
    {
        for (const auto& wait : std::exchange(waits_, {})) {
            if (simulation::timers().take(wait.key)) (*wait.done)(asio::error::operation_aborted);
        }
    }

    template <class Token>
    auto async_wait(Token&& token)
    {
        return asio::async_initiate<Token, void(error_code)>(
            [this](auto handler) {
            auto done = std::make_shared<Done>(detail::later(strand_, std::move(handler)));
            const auto key = simulation::timers().add(due_, [done] { (*done)({}); });
            waits_.push_back({key, std::move(done)});
            },
            token);
    }

private:
    using Done = std::move_only_function<void(error_code)>;
    struct Waiting {
        simulation::Timers::Key key;
        std::shared_ptr<Done> done;
    };

    Strand strand_;
    Clock::time_point due_;
    std::vector<Waiting> waits_;
};

class Socket {
public:
    using executor_type = Strand;
    enum wait_type { wait_read, wait_write, wait_error };
    enum shutdown_type { shutdown_receive, shutdown_send, shutdown_both };

    Socket(Strand strand, std::shared_ptr<simulation::Wire> wire)
        : strand_{std::move(strand)}, wire_{std::move(wire)}
    {
    }
    Socket(Socket&& other) noexcept = default;
    Socket& operator=(Socket&&) = delete;
    ~Socket()
    {
        if (wire_) wire_->close();
    }

    executor_type get_executor() const { return strand_; }

    template <class Buffer>
    std::size_t send(const Buffer& buffer, int, error_code& error)
    {
        const asio::const_buffer bytes{buffer};
        return wire_->send({static_cast<const char*>(bytes.data()), bytes.size()}, error);
    }
    template <class Buffer>
    std::size_t receive(const Buffer& buffer, int, error_code& error)
    {
        const asio::mutable_buffer bytes{buffer};
        return wire_->receive({static_cast<char*>(bytes.data()), bytes.size()}, error);
    }
    std::size_t available(error_code&) const { return wire_->available(); }

    template <class Token>
    auto async_wait(wait_type what, Token&& token)
    {
        return asio::async_initiate<Token, void(error_code)>(
            [this, what](auto handler) {
            wire_->wait(kind_of(what), detail::later(strand_, std::move(handler)));
            },
            token);
    }

    template <class Buffers, class Token>
    auto async_write_some(const Buffers& buffers, Token&& token)
    {
        return asio::async_initiate<Token, void(error_code, std::size_t)>(
            [this, buffers](auto handler) {
            wire_->wait(
                simulation::Wire::Wait::write,
                detail::later(
                    strand_,
                    [wire = wire_, buffers,
                     handler = std::move(handler)](error_code error) mutable {
                const asio::const_buffer bytes{*asio::buffer_sequence_begin(buffers)};
                const auto size =
                    error
                        ? 0
                        : wire->send({static_cast<const char*>(bytes.data()), bytes.size()}, error);
                handler(error, size);
                    }));
            },
            token);
    }

    void cancel(error_code&)
    {
        if (wire_) wire_->cancel();
    }
    void shutdown(shutdown_type, error_code&) {}
    void close(error_code&)
    {
        if (wire_) wire_->close();
    }

private:
    friend std::optional<Socket> move_to(const Strand& strand, Socket socket);
    friend bool was_reset(Socket& socket);

    static simulation::Wire::Wait kind_of(wait_type type)
    {
        using Wait = simulation::Wire::Wait;
        return type == wait_read ? Wait::read : type == wait_write ? Wait::write : Wait::error;
    }

    Strand strand_;
    std::shared_ptr<simulation::Wire> wire_;
};

inline std::optional<Socket> move_to(const Strand& strand, Socket socket)
{
    return Socket{strand, std::exchange(socket.wire_, nullptr)};
}

inline bool was_reset(Socket& socket) { return socket.wire_->was_reset(); }

}  // namespace drinkd
