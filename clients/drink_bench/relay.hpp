#pragma once

#include "clients/drink_bench/connection.hpp"
#include "clients/drink_bench/event_loop.hpp"
#include "clients/drink_bench/listener.hpp"
#include "clients/drink_bench/socket_address.hpp"

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

namespace drink_bench {

class RelayBoard;

/// The least that a server of drops can do: it knows no accounts, keeps nothing and believes
/// everybody. What a drop costs a real server beyond this is the price of what the relay lacks. It
/// passes DROP on to the board whose password ends in the same number as the id of the machine that
/// the member selected, one drop at a time for each board with the others behind it, and the answer
/// back. STAT has the same ten slots always.
class Relay {
public:
    /// Listens at both addresses. Throws std::system_error.
    Relay(EventLoop& loop, const SocketAddress& members, const SocketAddress& boards);
    Relay(const Relay&) = delete;
    Relay& operator=(const Relay&) = delete;

    std::uint16_t members_port() const { return members_.port(); }
    std::uint16_t boards_port() const { return boards_.port(); }

    /// Serves until `stops` is not 0.
    void run(const int& stops);

    // For its connections.
    RelayBoard* find_board(std::uint32_t number) const;
    void set_board(std::uint32_t number, RelayBoard& board) { board_of_[number] = &board; }
    /// No drop goes to that one from here on.
    void forget_board(std::uint32_t number, const RelayBoard& board);
    /// The connection is deleted when nothing can be on its stack or in its events any more.
    void bury(Connection& connection);

private:
    template <class Peer>
    void take(int socket);

    EventLoop& loop_;
    std::unordered_map<const Connection*, std::unique_ptr<Connection>> connections_;
    std::vector<std::unique_ptr<Connection>> ended_;
    std::unordered_map<std::uint32_t, RelayBoard*> board_of_;
    Listener members_;
    Listener boards_;
};

}  // namespace drink_bench
