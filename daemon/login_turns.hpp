#pragma once

#include "daemon/address.hpp"
#include "daemon/asio.hpp"

#include <cstddef>
#include <deque>
#include <optional>
#include <unordered_map>
#include <utility>

namespace drinkd {

/// Lets one login at a time compare its password. Addresses take turns, so that one which sends
/// many holds up nobody elsewhere; and since the next comparison begins when the last is decided,
/// many at once are no way around the limit on wrong ones. Any thread may call it.
class LoginTurns {
public:
    explicit LoginTurns(asio::io_context& io) : strand_{asio::make_strand(io.get_executor())} {}

    /// For as long as it lives, nobody else has one.
    class Turn {
    public:
        explicit Turn(LoginTurns& turns) : turns_{&turns} {}
        Turn(Turn&& other) noexcept : turns_{std::exchange(other.turns_, nullptr)} {}
        Turn& operator=(Turn&&) = delete;
        ~Turn()
        {
            if (turns_) turns_->give_back();
        }

    private:
        LoginTurns* turns_;
    };

    /// Waits for a turn; nothing when too many of that address wait, or the daemon stops.
    Task<std::optional<Turn>> take(AddressKey from);

    /// Whoever waits gets no turn, and nobody gets one from now on.
    void stop();

private:
    struct Waiter;

    void enqueue(const AddressKey& from, Waiter& waiter);
    void give_back();
    void next();

    Strand strand_;  // Guards what follows.
    std::unordered_map<AddressKey, std::deque<Waiter*>, AddressKeyHash> waiting_;
    std::deque<AddressKey> addresses_;  // Those of waiting_; the first has the next turn.
    bool taken_ = false;
    bool stopped_ = false;
};

}  // namespace drinkd
