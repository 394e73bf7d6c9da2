#include "simulation/process.hpp"

#include "daemon/spawn.hpp"
#include "simulation/timers.hpp"

#include <utility>

namespace simulation {
namespace {

drinkd::Outside outside(const std::function<std::int64_t()>& wall_clock, std::uint32_t seed)
{
    drinkd::Outside outside;
    outside.ledger.now_ms = wall_clock;
    outside.seed = seed;
    return outside;
}

drinkd::Task<> run_on_ledger(
    drinkd::House& house, std::function<bool(ledger::Ledger&)> work, std::function<void()> done)
{
    const auto kept = co_await house.ledger.run(work);
    if (kept.value_or(false)) done();
}

}  // namespace

Process::Process(
    const config::Settings& settings, const std::function<std::int64_t()>& wall_clock,
    std::uint32_t seed)
    : house_{io_, settings, settings.limits, outside(wall_clock, seed)}
{
    house_.start();
}

bool Process::ledger_waits() const
{
    const auto& ledger = house_.ledger;
    return ledger.has_queued() || (!ledger.healthy() && timers().now() >= next_try_);
}

void Process::run_ledger()
{
    house_.ledger.run_queued();
    next_try_ = timers().now() + std::chrono::seconds{1};
}

std::optional<drinkd::Connections::Place> Process::admit()
{
    const drinkd::tcp::endpoint peer{drinkd::asio::ip::address_v4::loopback(), 4'242};
    return house_.connections.admit(peer);
}

std::optional<std::int64_t> Process::take_member(std::shared_ptr<Wire> wire)
{
    auto place = admit();
    if (!place) {
        wire->close();
        return std::nullopt;
    }
    house_.serve_member(
        house_.settings.listen.sunday.front(), {new_strand(), std::move(wire)}, std::move(*place));
    return ++connections_;
}

void Process::take_board(std::shared_ptr<Wire> wire)
{
    auto place = admit();
    if (!place) {
        wire->close();
        return;
    }
    house_.serve_board({new_strand(), std::move(wire)}, std::move(*place));
    ++connections_;
}

void Process::ask_ledger(std::function<bool(ledger::Ledger&)> work, std::function<void()> done)
{
    drinkd::spawn(new_strand(), run_on_ledger(house_, std::move(work), std::move(done)), "a tool");
}

void Process::stop()
{
    stopping_ = true;
    ended_.reset();
    drinkd::spawn(new_strand(), end(), "ending");
}

drinkd::Task<> Process::end()
{
    co_await house_.drain();
    ended_ = co_await house_.close();
}

bool Process::end_alone()
{
    if (!stopping_ || ended_ == false) stop();
    // More of either than a daemon that ends can need.
    const auto give_up = timers().now() + std::chrono::minutes{1};
    constexpr int turns_max = 100'000;
    for (int turn = 0; turn < turns_max && timers().now() < give_up; ++turn) {
        run_handlers();
        if (!house_.ledger.idle()) {
            run_ledger();
        } else if (const auto next = timers().next()) {
            timers().pass_until(*next);
        } else {
            return ended_ == true;
        }
    }
    return false;
}

}  // namespace simulation
