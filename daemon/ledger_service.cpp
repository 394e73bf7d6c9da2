#include "daemon/ledger_service.hpp"

#include "daemon/log.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <cstdlib>

namespace drinkd {
namespace {

// All wakes of a batch run in one handler, and every other session waits meanwhile.
constexpr std::size_t batch_max = 256;

}  // namespace

LedgerService::LedgerService(
    ledger::Ledger ledger, asio::io_context& io,
    std::function<void(std::vector<ledger::ChangedSlot>)> slots_changed)
    : ledger_{std::move(ledger)},
      io_{io},
      slots_changed_{std::move(slots_changed)},
      thread_{[this] { work(); }}
{
}

LedgerService::~LedgerService()
{
    {
        const std::scoped_lock lock{mutex_};
        stopping_ = true;
    }
    arrived_.notify_one();
}

void LedgerService::enqueue(QueuedOperation& operation)
{
    bool wake_thread = false;
    {
        const std::scoped_lock lock{mutex_};
        queue_.push_back(&operation);
        wake_thread = asleep_;
    }
    if (wake_thread) arrived_.notify_one();
}

void LedgerService::work()
{
    std::unique_lock lock{mutex_};
    for (;;) {
        asleep_ = true;
        arrived_.wait(lock, [&] { return stopping_ || !queue_.empty(); });
        asleep_ = false;
        if (queue_.empty()) return;
        // Letting the sessions run once before taking the queue doubles the size of a batch under
        // load and costs nothing without it.
        lock.unlock();
        std::this_thread::yield();
        lock.lock();
        const auto size = static_cast<std::ptrdiff_t>(std::min(queue_.size(), batch_max));
        std::vector<QueuedOperation*> batch{queue_.begin(), queue_.begin() + size};
        queue_.erase(queue_.begin(), queue_.begin() + size);
        lock.unlock();
        run_one_batch(std::move(batch));
        lock.lock();
    }
}

void LedgerService::run_one_batch(std::vector<QueuedOperation*> batch)
{
    const std::vector<ledger::Operation*> operations{batch.begin(), batch.end()};
    try {
        healthy_ = ledger::run_batch(ledger_, operations);
    } catch (const std::exception& error) {
        // Whether the batch was kept cannot be found out, so nobody may be told anything: the
        // connections break, and the next start finds every open drop and calls it in doubt.
        log::error(
            "the ledger failed and cannot be opened again; ending", {{"reason", error.what()}});
        log::flush();
        std::_Exit(EXIT_FAILURE);
    }
    if (auto changed = ledger_.take_changed_slots(); !changed.empty()) {
        slots_changed_(std::move(changed));
    }
    // One handler for the whole batch, so that this thread stays off the strands.
    asio::post(io_, [batch = std::move(batch)] {
        for (auto* operation : batch) operation->wake.wake();
    });
}

}  // namespace drinkd
