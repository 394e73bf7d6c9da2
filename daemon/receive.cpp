#include "daemon/receive.hpp"

#include <array>

namespace drinkd {

error_code receive(Socket& socket, protocol::LineFramer& framer)
{
    // Some tens of commands that a client sent ahead. Of the thread, not of the connection: most
    // connections say nothing most of the time. No other connection can use it before the framer
    // has taken what is in it.
    static thread_local std::array<char, 4'096> bytes;
    error_code error;
    const auto size = socket.receive(asio::buffer(bytes), 0, error);
    if (error == asio::error::would_block) return {};
    if (!error) framer.feed({bytes.data(), size});
    return error;
}

}  // namespace drinkd
