#include "daemon/login_turns.hpp"

namespace drinkd {
namespace {

// More members than a house has behind one address, and some fifteen seconds of comparing.
constexpr std::size_t waiting_per_address_max = 256;

}  // namespace

// In the frame of the coroutine that waits.
struct LoginTurns::Waiter {
    bool has_turn = false;
    Wake wake;
};

Task<std::optional<LoginTurns::Turn>> LoginTurns::take(AddressKey from)
{
    Waiter waiter;
    co_await waiter.wake.sleep([&] { asio::dispatch(strand_, [&] { enqueue(from, waiter); }); });
    if (!waiter.has_turn) co_return std::nullopt;
    co_return Turn{*this};
}

void LoginTurns::stop()
{
    asio::dispatch(strand_, [this] {
        stopped_ = true;
        for (auto& [address, waiters] : std::exchange(waiting_, {})) {
            for (auto* waiter : waiters) waiter->wake.wake();
        }
        addresses_.clear();
    });
}

void LoginTurns::enqueue(const AddressKey& from, Waiter& waiter)
{
    const auto waiting = waiting_.find(from);
    const bool full =
        waiting != waiting_.end() && waiting->second.size() >= waiting_per_address_max;
    if (stopped_ || full) {
        waiter.wake.wake();
    } else if (!taken_) {
        taken_ = true;
        waiter.has_turn = true;
        waiter.wake.wake();
    } else {
        if (waiting == waiting_.end()) addresses_.push_back(from);
        waiting_[from].push_back(&waiter);
    }
}

void LoginTurns::give_back()
{
    asio::dispatch(strand_, [this] { next(); });
}

void LoginTurns::next()
{
    taken_ = !addresses_.empty();
    if (!taken_) return;
    const auto address = addresses_.front();
    addresses_.pop_front();
    const auto waiting = waiting_.find(address);
    auto& waiter = *waiting->second.front();
    waiting->second.pop_front();
    if (waiting->second.empty()) {
        waiting_.erase(waiting);
    } else {
        addresses_.push_back(address);
    }
    waiter.has_turn = true;
    waiter.wake.wake();
}

}  // namespace drinkd
