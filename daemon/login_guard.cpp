#include "daemon/login_guard.hpp"

#include "protocol/words.hpp"

#include <algorithm>

namespace drinkd {
namespace {

using std::chrono::duration_cast;

constexpr int free_tries = 5;
constexpr std::chrono::seconds pause_first{1};
constexpr std::chrono::seconds pause_max{300};
/// A session waits this long for its turn; whoever would wait longer is told so at once.
constexpr std::chrono::seconds wait_max{10};
/// A row of wrong passwords is forgotten after this long without another one.
constexpr std::chrono::hours row_kept{1};

constexpr double budget_full = 200;
constexpr std::chrono::seconds budget_refill_each{3};

/// Bounds the memory that strangers can make this use.
constexpr std::size_t rows_max = 50'000;

std::chrono::seconds pause_after(int wrong_in_a_row)
{
    const int doublings = std::min(wrong_in_a_row - free_tries, 10);
    return std::min(pause_first * (1 << doublings), pause_max);
}

}  // namespace

std::size_t LoginGuard::KeyHash::operator()(const Key& key) const
{
    return AddressKeyHash{}(key.first) ^ std::hash<std::string>{}(key.second);
}

LoginGuard::Verdict LoginGuard::may_try(
    const AddressKey& address, std::string_view name, Clock::time_point now)
{
    const std::scoped_lock lock{mutex_};
    forget_old(now);
    if (budgets_.contains(address) && budget_of(address, now).left < 1) {
        return Refuse{.retry_after = budget_refill_each};
    }
    const auto found = rows_.find({address, protocol::lower_case(name)});
    if (found == rows_.end()) return Compare{};
    auto& row = found->second;
    if (now - row.last_wrong > row_kept) {
        rows_.erase(found);
        return Compare{};
    }
    if (row.wrong_in_a_row < free_tries) return Compare{};
    const auto wait = std::max(row.next_try - now, Clock::duration::zero());
    if (wait > wait_max) {
        return Refuse{.retry_after = duration_cast<Seconds>(wait) + Seconds{1}};
    }
    // Attempts side by side take turns.
    row.next_try = std::max(row.next_try, now) + pause_after(row.wrong_in_a_row);
    return Compare{.pause = wait};
}

void LoginGuard::wrong(const AddressKey& address, std::string_view name, Clock::time_point now)
{
    const std::scoped_lock lock{mutex_};
    budget_of(address, now).left -= 1;
    auto& row = rows_[{address, protocol::lower_case(name)}];
    ++row.wrong_in_a_row;
    row.last_wrong = now;
    if (row.wrong_in_a_row >= free_tries) {
        row.next_try = std::max(row.next_try, now + pause_after(row.wrong_in_a_row));
    }
}

void LoginGuard::right(const AddressKey& address, std::string_view name)
{
    const std::scoped_lock lock{mutex_};
    rows_.erase({address, protocol::lower_case(name)});
}

LoginGuard::Budget& LoginGuard::budget_of(const AddressKey& address, Clock::time_point now)
{
    const auto [found, is_new] =
        budgets_.try_emplace(address, Budget{.left = budget_full, .at = now});
    auto& budget = found->second;
    const std::chrono::duration<double> passed = now - budget.at;
    const std::chrono::duration<double> refill = budget_refill_each;
    budget.left = std::min(budget_full, budget.left + passed / refill);
    budget.at = now;
    return budget;
}

void LoginGuard::forget_old(Clock::time_point now)
{
    if (rows_.size() < rows_max && budgets_.size() < rows_max) return;
    std::erase_if(
        rows_, [&](const auto& entry) { return now - entry.second.last_wrong > row_kept; });
    const auto refilled_after = budget_refill_each * static_cast<int>(budget_full);
    std::erase_if(
        budgets_, [&](const auto& entry) { return now - entry.second.at > refilled_after; });
    // Under an attack from very many addresses there may be nothing old; then the budgets go, and
    // any rows.
    if (rows_.size() >= rows_max) rows_.clear();
    if (budgets_.size() >= rows_max) budgets_.clear();
}

}  // namespace drinkd
