#include "simulation/wire.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <utility>

namespace simulation {

namespace error = boost::asio::error;

void Wire::Direction::move(std::size_t bytes)
{
    arrived.append(on_the_way, 0, bytes);
    on_the_way.erase(0, bytes);
    if (on_the_way.empty() && closed) end_arrived = true;
}

// --- The daemon's end
// -------------------------------------------------------------------------------

std::size_t Wire::send(std::string_view bytes, error_code& result)
{
    result = {};
    const auto drop = std::exchange(announced_, std::nullopt);
    if (closed_) {
        result = error::bad_descriptor;
        return 0;
    }
    if (reset_ || daemon_lost_) {
        result = error::broken_pipe;
        return 0;
    }
    if (peer_gone_ || cut_) {
        sent_ += bytes.size();
        return bytes.size();
    }
    if (!writable()) {
        result = error::would_block;
        return 0;
    }
    const auto unread = to_peer_.on_the_way.size() + to_peer_.arrived.size();
    const auto size = std::min(bytes.size(), room_ - unread);
    to_peer_.on_the_way += bytes.substr(0, size);
    sent_ += size;
    if (drop) drops_sent.push_back(*drop);
    return size;
}

std::size_t Wire::receive(std::span<char> bytes, error_code& result)
{
    result = {};
    auto& arrived = to_daemon_.arrived;
    if (closed_) {
        result = error::bad_descriptor;
    } else if (daemon_lost_) {
        result = error::connection_reset;
    } else if (!arrived.empty()) {
        const auto size = std::min(bytes.size(), arrived.size());
        std::ranges::copy_n(arrived.begin(), static_cast<std::ptrdiff_t>(size), bytes.begin());
        arrived.erase(0, size);
        return size;
    } else if (reset_) {
        result = error::connection_reset;
    } else if (to_daemon_.end_arrived) {
        result = error::eof;
    } else {
        result = error::would_block;
    }
    return 0;
}

bool Wire::readable() const
{
    return reset_ || daemon_lost_ || !to_daemon_.arrived.empty() || to_daemon_.end_arrived;
}

bool Wire::writable() const
{
    return reset_ || daemon_lost_ || peer_gone_ || cut_ ||
           to_peer_.on_the_way.size() + to_peer_.arrived.size() < room_;
}

void Wire::wait(Wait what, Waiter waiter)
{
    if (closed_) {
        waiter(error::bad_descriptor);
        return;
    }
    auto& place = what == Wait::read ? reader_ : what == Wait::write ? writer_ : error_waiter_;
    place = std::move(waiter);
    wake_ready();
}

void Wire::wake(Waiter& waiter, error_code result)
{
    if (auto woken = std::exchange(waiter, {})) woken(result);
}

void Wire::wake_ready()
{
    if (readable()) wake(reader_, {});
    if (writable()) wake(writer_, {});
    if (reset_ || daemon_lost_) wake(error_waiter_, {});
}

void Wire::cancel()
{
    for (auto* waiter : {&reader_, &writer_, &error_waiter_}) {
        wake(*waiter, error::operation_aborted);
    }
}

void Wire::close()
{
    if (closed_) return;
    cancel();
    closed_ = true;
    if (!daemon_lost_) to_peer_.closed = true;
}

// --- The peer's end
// ---------------------------------------------------------------------------------

void Wire::write(std::string_view bytes)
{
    // A system that is back after a power cut knows nothing of the connection.
    if (daemon_lost_) reset_ = true;
    if (!cut_ && !reset_ && !closed_) to_daemon_.on_the_way += bytes;
}

std::string Wire::read()
{
    auto bytes = std::exchange(to_peer_.arrived, {});
    wake_ready();
    return bytes;
}

bool Wire::ended() const { return to_peer_.arrived.empty() && (to_peer_.end_arrived || reset_); }

void Wire::hang_up()
{
    peer_gone_ = true;
    if (cut_) return;
    to_daemon_.closed = true;
    to_peer_.arrived.clear();
    wake_ready();
}

void Wire::break_off()
{
    peer_gone_ = true;
    if (cut_) return;
    reset_ = true;
    to_daemon_.on_the_way.clear();
    to_peer_ = {};
    wake_ready();
}

// --- The network
// ------------------------------------------------------------------------------------

bool Wire::has_bytes_on_the_way() const
{
    return (!closed_ && !reset_ && to_daemon_.moves()) ||
           (!peer_gone_ && !cut_ && !reset_ && to_peer_.moves());
}

void Wire::deliver_some(Dice& dice)
{
    const bool daemons = !closed_ && !reset_ && to_daemon_.moves();
    const bool peers = !peer_gone_ && !cut_ && !reset_ && to_peer_.moves();
    if (!daemons && !peers) return;
    auto& direction = daemons && (!peers || dice.one_in(2)) ? to_daemon_ : to_peer_;
    const auto waiting = direction.on_the_way.size();
    // Mostly whole, often in pieces, sometimes byte by byte.
    const bool whole = waiting == 0 || dice.percent(60);
    direction.move(whole ? waiting : 1 + dice.below(waiting));
    wake_ready();
}

void Wire::lose_daemon(bool peer_is_told)
{
    daemon_lost_ = true;
    to_daemon_ = {};
    if (peer_is_told) {
        // What the process had handed to the system still arrives, and then the end.
        to_peer_.closed = true;
    } else {
        to_peer_ = {};
        cut_ = true;
    }
    wake_ready();
}

}  // namespace simulation
