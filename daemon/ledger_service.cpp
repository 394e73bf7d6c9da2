#include "daemon/ledger_service.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace drinkd {
namespace {

// All wakes of a batch run in one handler, and every other session waits meanwhile.
constexpr std::size_t batch_max = 256;

// How often a file that failed is tried again.
constexpr std::chrono::seconds try_again_after{1};

// Only a transaction that writes can tell that the file is well again.
struct Probe final : ledger::Operation {
    void run(ledger::Ledger& ledger) override { ledger.prove_writable(); }
    void fail() override {}
};

}  // namespace

LedgerService::LedgerService(
    ledger::Ledger ledger, asio::io_context& io,
    std::function<void(std::vector<ledger::ChangedSlot>)> slots_changed)
    : ledger_{std::move(ledger)}, io_{io}, slots_changed_{std::move(slots_changed)}
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

void LedgerService::start()
{
    thread_ = std::jthread{[this] {
        while (wait_for_work()) run_queued();
    }};
}

void LedgerService::enqueue(QueuedOperation& operation, Size size)
{
    ++under_way_;
    bool wake_thread = false;
    {
        const std::scoped_lock lock{mutex_};
        (size == Size::large ? large_ : usual_).push_back(&operation);
        wake_thread = asleep_;
    }
    if (wake_thread) arrived_.notify_one();
}

bool LedgerService::has_queued() const
{
    const std::scoped_lock lock{mutex_};
    return any_queued();
}

bool LedgerService::any_queued() const { return !usual_.empty() || !large_.empty(); }

bool LedgerService::wait_for_work()
{
    {
        std::unique_lock lock{mutex_};
        asleep_ = true;
        const auto something_to_do = [&] { return stopping_ || any_queued(); };
        if (healthy_) {
            arrived_.wait(lock, something_to_do);
        } else {
            arrived_.wait_for(lock, try_again_after, something_to_do);
        }
        asleep_ = false;
        // Who is of unknown fate sleeps on: there is nothing true to say.
        if (stopping_ && !any_queued()) return false;
    }
    // Letting the sessions run once before taking the queue doubles the size of a batch under load
    // and costs nothing without it.
    std::this_thread::yield();
    return true;
}

void LedgerService::run_queued()
{
    const auto batch = take_batch();
    if (recover()) {
        run_one_batch(batch);
    } else {
        for (auto* operation : batch) operation->fail();
        wake(batch);
    }
}

std::vector<LedgerService::QueuedOperation*> LedgerService::take_batch()
{
    const std::scoped_lock lock{mutex_};
    const auto end =
        usual_.begin() + static_cast<std::ptrdiff_t>(std::min(usual_.size(), batch_max));
    std::vector<QueuedOperation*> batch{usual_.begin(), end};
    usual_.erase(usual_.begin(), end);
    if (!large_.empty()) {
        batch.push_back(large_.front());
        large_.pop_front();
    }
    return batch;
}

bool LedgerService::recover()
{
    if (lost_) {
        const std::vector<ledger::Operation*> operations{unknown_.begin(), unknown_.end()};
        if (!ledger::settle_unknown(ledger_, operations)) return false;
        lost_ = false;
        publish_slots();
        wake(std::exchange(unknown_, {}));
    }
    const auto now = Clock::now();
    if (!healthy_ && now >= probe_due_) {
        probe_due_ = now + try_again_after;
        Probe probe;
        ledger::Operation* const operation = &probe;
        take(ledger::run_batch(ledger_, {&operation, 1}));
    }
    return !lost_;
}

void LedgerService::take(const ledger::BatchResult& result)
{
    lost_ = !result.unknown.empty();
    // A batch that wrote nothing says nothing about the file.
    if (!result.all_done) {
        healthy_ = false;
    } else if (result.wrote) {
        healthy_ = true;
    }
}

void LedgerService::run_one_batch(const std::vector<QueuedOperation*>& batch)
{
    if (batch.empty()) return;
    const std::vector<ledger::Operation*> operations{batch.begin(), batch.end()};
    const auto result = ledger::run_batch(ledger_, operations);
    take(result);
    publish_slots();
    std::vector<QueuedOperation*> told;
    const auto first = result.unknown.empty()
                           ? operations.size()
                           : static_cast<std::size_t>(result.unknown.data() - operations.data());
    for (std::size_t index = 0; index < batch.size(); ++index) {
        const bool unknown = index >= first && index < first + result.unknown.size();
        (unknown ? unknown_ : told).push_back(batch[index]);
    }
    wake(std::move(told));
}

void LedgerService::publish_slots()
{
    if (auto changed = ledger_.take_changed_slots(); !changed.empty()) {
        slots_changed_(std::move(changed));
    }
}

// One handler for the whole batch, so that this thread stays off the strands.
void LedgerService::wake(std::vector<QueuedOperation*> operations)
{
    under_way_ -= operations.size();
    asio::post(io_, [operations = std::move(operations)] {
        for (auto* operation : operations) operation->wake.wake();
    });
}

}  // namespace drinkd
