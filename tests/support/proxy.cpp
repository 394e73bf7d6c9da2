#include "support/proxy.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <array>
#include <future>
#include <limits>
#include <set>
#include <thread>

namespace support {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr auto use_tuple = asio::as_tuple(asio::use_awaitable);
constexpr auto no_end = std::numeric_limits<std::size_t>::max();

// A client's connection and the one that was made to the server for it.
struct Wire {
    explicit Wire(tcp::socket from)
        : client{std::move(from)},
          server{client.get_executor()},
          thawed{client.get_executor(), asio::steady_timer::time_point::max()}
    {
    }

    void cut()
    {
        error_code ignored;
        client.close(ignored);
        server.close(ignored);
        thaw();
    }

    void thaw()
    {
        frozen = false;
        thawed.cancel();
    }

    tcp::socket client;
    tcp::socket server;
    asio::steady_timer thawed;
    bool frozen = false;
};

}  // namespace

// All of it but the constructor, run() and the destructor is on one thread.
class Proxy::Wires {
public:
    explicit Wires(std::uint16_t server) : server_{asio::ip::address_v4::loopback(), server}
    {
        asio::co_spawn(io_, accept_all(), asio::detached);
        thread_ = std::jthread{[this] { io_.run(); }};
    }
    Wires(const Wires&) = delete;
    ~Wires() { io_.stop(); }

    std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

    // Whatever it changes is so when this returns.
    template <class Change>
    void run(Change change)
    {
        std::promise<void> done;
        asio::post(io_, [&] {
            change();
            done.set_value();
        });
        done.get_future().wait();
    }

    void delay(std::chrono::milliseconds time) { delay_ = time; }
    void cut_after(Way way, std::size_t bytes) { left(way) = bytes; }
    void for_each(void (*change)(Wire&))
    {
        for (const auto& wire : std::set{wires_}) change(*wire);
    }

private:
    std::size_t& left(Way way) { return left_.at(static_cast<std::size_t>(way)); }

    asio::awaitable<void> accept_all()
    {
        for (;;) {
            auto [error, client] = co_await acceptor_.async_accept(use_tuple);
            if (error) co_return;
            asio::co_spawn(io_, connect(std::make_shared<Wire>(std::move(client))), asio::detached);
        }
    }

    asio::awaitable<void> connect(std::shared_ptr<Wire> wire)
    {
        const auto [refused] = co_await wire->server.async_connect(server_, use_tuple);
        if (refused) co_return;
        error_code ignored;
        wire->client.set_option(tcp::no_delay{true}, ignored);
        wire->server.set_option(tcp::no_delay{true}, ignored);
        wires_.insert(wire);
        asio::co_spawn(
            io_, pass_on(wire, wire->client, wire->server, Way::to_server), asio::detached);
        asio::co_spawn(
            io_, pass_on(wire, wire->server, wire->client, Way::to_client), asio::detached);
    }

    asio::awaitable<void> pass_on(
        std::shared_ptr<Wire> wire, tcp::socket& from, tcp::socket& to, Way way)
    {
        std::array<char, 4'096> bytes;
        for (;;) {
            const auto [error, came] =
                co_await from.async_read_some(asio::buffer(bytes), use_tuple);
            asio::steady_timer on_its_way{io_, delay_};
            co_await on_its_way.async_wait(use_tuple);
            while (wire->frozen) co_await wire->thawed.async_wait(use_tuple);
            if (error) break;
            auto& bound = left(way);
            const auto size = std::min(came, bound);
            if (bound != no_end) bound -= size;
            const bool cut_here = size < came;
            if (cut_here) bound = no_end;
            const auto [write_error, written] =
                co_await asio::async_write(to, asio::buffer(bytes, size), use_tuple);
            if (write_error || cut_here) break;
        }
        wire->cut();
        wires_.erase(wire);
    }

    asio::io_context io_{1};
    tcp::acceptor acceptor_{io_, {asio::ip::address_v4::loopback(), 0}};
    const tcp::endpoint server_;
    std::chrono::milliseconds delay_{0};
    std::array<std::size_t, 2> left_{no_end, no_end};  // By the way.
    std::set<std::shared_ptr<Wire>> wires_;
    std::jthread thread_;
};

Proxy::Proxy(std::uint16_t server) : wires_{std::make_unique<Wires>(server)} {}

Proxy::~Proxy() = default;

std::uint16_t Proxy::port() const { return wires_->port(); }

void Proxy::delay(std::chrono::milliseconds time)
{
    wires_->run([&] { wires_->delay(time); });
}

void Proxy::freeze()
{
    wires_->run([&] { wires_->for_each([](Wire& wire) { wire.frozen = true; }); });
}

void Proxy::thaw()
{
    wires_->run([&] { wires_->for_each([](Wire& wire) { wire.thaw(); }); });
}

void Proxy::cut()
{
    wires_->run([&] { wires_->for_each([](Wire& wire) { wire.cut(); }); });
}

void Proxy::cut_after(Way way, std::size_t bytes)
{
    wires_->run([&] { wires_->cut_after(way, bytes); });
}

}  // namespace support
