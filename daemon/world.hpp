#pragma once

#include "daemon/asio.hpp"

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>

#include <chrono>
#include <optional>

/// The clock and the connections that the daemon lives with: all that a simulation has to replace.
namespace drinkd {

/// Decides every limit and pause. Nobody sets it: a jump of the wall clock changes nothing.
using Clock = std::chrono::steady_clock;
using Timer = asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, Strand>;
using Socket = asio::basic_stream_socket<tcp, Strand>;

/// The same connection on another strand; nothing when it is broken.
std::optional<Socket> move_to(const Strand& strand, Socket socket);
/// Whether the peer has reset the connection. Reads nothing: bytes from before may be unread.
bool was_reset(Socket& socket);

}  // namespace drinkd
