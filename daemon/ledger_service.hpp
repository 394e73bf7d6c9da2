#pragma once

#include "daemon/world.hpp"
#include "ledger/batch.hpp"
#include "ledger/ledger.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <expected>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <type_traits>
#include <vector>

namespace drinkd {

namespace detail {
template <class Result>
struct OrRefused {
    using type = std::expected<Result, protocol::Refusal>;
};
template <class Result>
struct OrRefused<std::expected<Result, protocol::Refusal>> {
    using type = std::expected<Result, protocol::Refusal>;
};
}  // namespace detail

/// The ledger and its one writer thread. Coroutines queue operations and sleep; the thread runs
/// what is waiting in one transaction, commits once, and wakes them (group commit), so that durable
/// operations per second grow with the load.
class LedgerService {
public:
    /// `slots_changed` is called after each commit that changed slots, before anybody is woken, on
    /// the thread that runs the operations.
    LedgerService(
        ledger::Ledger ledger, asio::io_context& io,
        std::function<void(std::vector<ledger::ChangedSlot>)> slots_changed);

    /// Runs what is queued, then ends. Nobody may be about to call run().
    ~LedgerService();

    /// Starts the thread that runs what is queued.
    void start();
    /// Runs what is queued now, as much as one transaction takes; tries a file that failed again.
    /// For the thread, or instead of it.
    void run_queued();

    /// How much an operation reads. No more than one large operation is in a transaction, so that
    /// many of them do not hold up all others.
    enum class Size { usual, large };

    /// Runs `operation(ledger)` and gives its result once it is durable; refused with
    /// ledger_unavailable when it could not be made durable, and then nothing of it took place.
    /// Should the file fail so that neither can be known, the caller sleeps until it can.
    /// `operation` may be run more than once, and everything that it refers to must live in the
    /// caller's frame. The call cannot be cancelled.
    template <class Run>
    Task<typename detail::OrRefused<std::invoke_result_t<Run&, ledger::Ledger&>>::type> run(
        Run operation, Size size = Size::usual)
    {
        using Result = std::invoke_result_t<Run&, ledger::Ledger&>;
        struct Ticket final : QueuedOperation {
            explicit Ticket(Run& work) : work_{work} {}
            void run(ledger::Ledger& ledger) override { result_.emplace(work_(ledger)); }
            void fail() override { result_.reset(); }

            Run& work_;
            std::optional<Result> result_;
        };
        Ticket ticket{operation};
        co_await ticket.wake.sleep([&] { enqueue(ticket, size); });
        if (!ticket.result_) co_return std::unexpected{protocol::Refusal::ledger_unavailable};
        co_return *std::move(ticket.result_);
    }

    /// Whether the last transaction that had something to write could be committed. While it is
    /// not so, that is tried again once a second.
    bool healthy() const { return healthy_; }
    /// Whether every operation has ended. One whose fate is not known has not.
    bool idle() const { return under_way_ == 0; }
    /// Whether run_queued() has an operation to run.
    bool has_queued() const;

private:
    struct QueuedOperation : ledger::Operation {
        Wake wake;

    protected:
        ~QueuedOperation() = default;
    };

    void enqueue(QueuedOperation& operation, Size size);
    bool any_queued() const;  // With the mutex held.
    /// False when there is nothing left to do, ever.
    bool wait_for_work();
    std::vector<QueuedOperation*> take_batch();
    void run_one_batch(const std::vector<QueuedOperation*>& batch);
    /// Sees to a file that failed. False while nobody knows what the last batch did to it.
    bool recover();
    void take(const ledger::BatchResult& result);
    void publish_slots();
    void wake(std::vector<QueuedOperation*> operations);

    ledger::Ledger ledger_;                  // Only where run_queued() runs.
    std::vector<QueuedOperation*> unknown_;  // The same, as the next two.
    bool lost_ = false;                      // The fate of the last batch is not known.
    Clock::time_point probe_due_;
    asio::io_context& io_;
    std::function<void(std::vector<ledger::ChangedSlot>)> slots_changed_;
    std::atomic<bool> healthy_{true};
    std::atomic<std::size_t> under_way_{0};

    mutable std::mutex mutex_;  // Guards what follows.
    std::condition_variable arrived_;
    std::deque<QueuedOperation*> usual_;
    std::deque<QueuedOperation*> large_;
    bool asleep_ = false;
    bool stopping_ = false;

    std::jthread thread_;  // Last: it uses everything above.
};

}  // namespace drinkd
