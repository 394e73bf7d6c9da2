#pragma once

#include "daemon/house.hpp"
#include "simulation/timers.hpp"
#include "simulation/wire.hpp"

#include <boost/asio/executor_work_guard.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

namespace simulation {

/// One life of the daemon: the house without its doors. Its handlers and its ledger run a step at a
/// time, when they are told to.
class Process {
public:
    /// Throws ledger::Unusable when it cannot start.
    Process(
        const config::Settings& settings, const std::function<std::int64_t()>& wall_clock,
        std::uint32_t seed);

    /// False when no handler is ready.
    bool run_handler() { return io_.poll_one() > 0; }
    void run_handlers() { io_.poll(); }
    /// Whether the ledger's thread would run now: it has something to run, or tries a file that
    /// failed again.
    bool ledger_waits() const;
    void run_ledger();
    bool ledger_rests() const { return house_.ledger.idle() && house_.ledger.healthy(); }

    /// A connection as a door would hand it in. Its number in the log; nothing when it is refused.
    std::optional<std::int64_t> take_member(std::shared_ptr<Wire> wire);
    void take_board(std::shared_ptr<Wire> wire);

    /// Runs `work` on the ledger, as the tools have it done; then `done`, if it was true and is
    /// durable.
    void ask_ledger(std::function<bool(ledger::Ledger&)> work, std::function<void()> done);

    /// Begins to end in good order; it ends while further steps are taken.
    void stop();
    bool stopping() const { return stopping_; }
    /// Nothing, or whether all of it ended in time.
    std::optional<bool> ended() const { return ended_; }
    /// Ends without the world: nobody hears or sees anything of it, and its disk is well. False
    /// when it does not end, or something of it still waits then.
    bool end_alone();

private:
    drinkd::Task<> end();
    std::optional<drinkd::Connections::Place> admit();
    drinkd::Strand new_strand() { return drinkd::asio::make_strand(io_.get_executor()); }

    drinkd::asio::io_context io_{1};
    drinkd::asio::executor_work_guard<drinkd::asio::io_context::executor_type> work_{
        io_.get_executor()};
    drinkd::House house_;
    std::int64_t connections_ = 0;
    Instant next_try_{};
    bool stopping_ = false;
    std::optional<bool> ended_;
};

}  // namespace simulation
