#include "daemon/doubt_keeper.hpp"

#include "daemon/log.hpp"
#include "daemon/spawn.hpp"

namespace drinkd {
namespace {

constexpr std::chrono::seconds retry_after{1};

}  // namespace

DoubtKeeper::DoubtKeeper(
    asio::io_context& io, LedgerService& ledger, std::chrono::milliseconds after,
    config::DoubtPolicy policy)
    : strand_{asio::make_strand(io.get_executor())},
      timer_{strand_},
      ledger_{ledger},
      after_{after},
      policy_{policy}
{
}

void DoubtKeeper::add(protocol::DropId drop)
{
    asio::dispatch(strand_, [this, drop] {
        if (stopped_) return;
        waiting_.push_back({.due = Clock::now() + after_, .drop = drop});
        if (running_) return;
        running_ = true;
        spawn(strand_, run(), "settling doubts");
    });
}

void DoubtKeeper::stop()
{
    asio::dispatch(strand_, [this] {
        stopped_ = true;
        waiting_.clear();
        timer_.cancel();
    });
}

Task<> DoubtKeeper::run()
{
    const bool charge = policy_ == config::DoubtPolicy::charge;
    const auto event = charge ? machines::DropEvent::charged : machines::DropEvent::refunded;
    const ledger::Cause cause{.actor = "policy", .reason = "nobody settled the doubt in time"};
    while (!waiting_.empty()) {
        timer_.expires_at(waiting_.front().due);
        const auto [error] = co_await timer_.async_wait(use_tuple);
        if (error || stopped_) break;
        const auto drop = waiting_.front().drop;
        const auto settled = co_await ledger_.run(
            [&](ledger::Ledger& ledger) { return ledger.settle_by_policy(drop, event, cause); });
        if (stopped_) break;
        if (!settled) {
            waiting_.front().due = Clock::now() + retry_after;
            continue;
        }
        waiting_.pop_front();
        if (*settled && (*settled)->changed) {
            log::info(
                "doubt settled by the policy",
                {{"drop", drop}, {"state", machines::name_of((*settled)->state)}});
        }
    }
    running_ = false;
}

}  // namespace drinkd
