#include "daemon/pruner.hpp"

#include "daemon/log.hpp"
#include "daemon/spawn.hpp"

namespace drinkd {
namespace {

// A few milliseconds of the ledger's time, and then time for everybody else.
constexpr std::int64_t rows_max = 500;
constexpr std::chrono::milliseconds between_some{100};
constexpr std::chrono::hours until_next_day{24};

}  // namespace

Pruner::Pruner(asio::io_context& io, LedgerService& ledger, config::Keep keep)
    : strand_{asio::make_strand(io.get_executor())}, timer_{strand_}, ledger_{ledger}, keep_{keep}
{
}

void Pruner::start() { spawn(strand_, run(), "pruning the ledger"); }

void Pruner::stop()
{
    asio::dispatch(strand_, [this] {
        stopped_ = true;
        timer_.cancel();
    });
}

Task<> Pruner::run()
{
    ledger::Pruned removed;
    while (!stopped_) {
        const bool more = co_await remove_some(removed);
        if (!more && removed.any()) {
            log::info(
                "the ledger was pruned", {{"drops", removed.drops},
                                          {"temperatures", removed.temperatures},
                                          {"requests", removed.requests}});
            removed = {};
        }
        if (stopped_) break;
        if (more) {
            timer_.expires_after(between_some);
        } else {
            timer_.expires_after(until_next_day);
        }
        co_await timer_.async_wait(use_tuple);
    }
}

Task<bool> Pruner::remove_some(ledger::Pruned& removed)
{
    const auto some =
        co_await ledger_.run([&](ledger::Ledger& ledger) { return ledger.prune(keep_, rows_max); });
    // A ledger that cannot write has other worries; what is old today is old tomorrow.
    if (!some) co_return false;
    removed.drops += some->drops;
    removed.temperatures += some->temperatures;
    removed.requests += some->requests;
    co_return some->any();
}

}  // namespace drinkd
