#include "clients/drink_bench/relay.hpp"

#include "clients/drink_bench/relay_peers.hpp"

#include <chrono>
#include <utility>

namespace drink_bench {
namespace {

// Signals end the wait at once.
constexpr std::chrono::hours longest_wait{1};

}  // namespace

Relay::Relay(EventLoop& loop, const SocketAddress& members, const SocketAddress& boards)
    : loop_{loop},
      members_{loop, members, [this](int socket) { take<RelayMember>(socket); }},
      boards_{loop, boards, [this](int socket) { take<RelayBoard>(socket); }}
{
}

template <class Peer>
void Relay::take(int socket)
{
    auto peer = std::make_unique<Peer>(loop_, *this, socket);
    const auto* const key = peer.get();
    connections_.emplace(key, std::move(peer));
}

void Relay::run(const int& stops)
{
    while (stops == 0) {
        loop_.run_once(Clock::now() + longest_wait);
        ended_.clear();
    }
}

RelayBoard* Relay::find_board(std::uint32_t number) const
{
    const auto found = board_of_.find(number);
    return found == board_of_.end() ? nullptr : found->second;
}

void Relay::forget_board(std::uint32_t number, const RelayBoard& board)
{
    const auto found = board_of_.find(number);
    if (found != board_of_.end() && found->second == &board) board_of_.erase(found);
}

void Relay::bury(Connection& connection)
{
    auto node = connections_.extract(&connection);
    if (!node.empty()) ended_.push_back(std::move(node.mapped()));
}

}  // namespace drink_bench
