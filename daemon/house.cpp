#include "daemon/house.hpp"

#include "daemon/log.hpp"
#include "daemon/sunday_session.hpp"
#include "ledger/unusable.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace drinkd {

using namespace std::chrono_literals;

struct House::Opened {
    struct Place {
        ledger::MachineKey key{};
        std::vector<machines::Slot> slots;
        std::vector<protocol::DropId> to_ask_about;
        std::optional<ledger::Temperature> temperature;
    };

    ledger::Ledger ledger;
    std::vector<Place> places;  // In the order of the settings' machines.

    Opened(const config::Settings& settings, ledger::Surroundings surroundings)
        : ledger{settings.ledger, std::move(surroundings)}
    {
        for (const auto key : ledger.take_settings(settings.machines)) {
            places.push_back({
                .key = key,
                .slots = ledger.slots(key),
                .to_ask_about = ledger.doubts_to_ask_about(key),
                .temperature = ledger.last_temperature(key),
            });
        }
        if (ledger.commit() != ledger::Ledger::Commit::kept) {
            throw ledger::Unusable{"nothing can be written to it"};
        }
    }

    SlotCatalog catalog() const
    {
        std::vector<ledger::MachineKey> keys;
        std::vector<std::vector<machines::Slot>> slots;
        for (const auto& place : places) {
            keys.push_back(place.key);
            slots.push_back(place.slots);
        }
        return {keys, std::move(slots)};
    }
};

namespace {

// How long drops in flight may take to settle when the daemon stops, at most.
constexpr std::chrono::milliseconds drain_max = 10s;
// How long everything may take to end once the boards' links were cut.
constexpr auto last_limit = 5s;

// Its faults are told in the log as well.
ledger::Surroundings with_log(ledger::Surroundings surroundings)
{
    surroundings.report_fault = [report = std::move(surroundings.report_fault)](auto what) {
        log::error("the ledger failed", {{"reason", what}});
        report(what);
    };
    return surroundings;
}

}  // namespace

House::House(
    asio::io_context& io, const config::Settings& all_settings, const config::Limits& limits,
    const Outside& outside)
    : House{io, all_settings, limits, outside, Opened{all_settings, with_log(outside.ledger)}}
{
}

House::House(
    asio::io_context& io, const config::Settings& all_settings, const config::Limits& limits,
    const Outside& outside, Opened opened)
    : found_in_doubt_{opened.ledger.doubts()},
      settings{all_settings},
      started_at{outside.ledger.now_ms() / 1'000},
      catalog{opened.catalog()},
      ledger{
          std::move(opened.ledger), io,
          [this](const std::vector<ledger::ChangedSlot>& changed) {
    catalog.update(changed);
          }},
doubts{io, ledger, settings.drops.in_doubt_after, settings.drops.in_doubt_policy},
pruner{io, ledger, settings.keep}, dispatcher{ledger, catalog, doubts, outside.seed},
authenticator{io, ledger}, boards{settings.machines, machines}, connections{io, limits}
{
    std::vector<Dispatcher::Place> places;
    for (std::size_t index = 0; index < opened.places.size(); ++index) {
        const auto& place = opened.places[index];
        const auto& machine = settings.machines[index];
        machines::MachineSetup setup;
        setup.queue_max = settings.drops.queue_per_machine;
        setup.link.ack_timeout = settings.drops.ack_timeout;
        setup.has_sensor = machine.board.sensor;
        setup.unsettled = place.to_ask_about;
        for (const auto& slot : place.slots) {
            setup.slots.push_back({.slot = slot.number, .sensor = slot.sensor});
        }
        auto& host =
            machines.emplace_back(io, index, machine.id, std::move(setup), catalog, dispatcher);
        if (const auto& last = place.temperature) {
            const std::chrono::milliseconds age{outside.ledger.now_ms() - last->at_ms};
            // Nobody knows how old it is when the wall clock was put back since.
            if (age >= 0ms) host.remember_temperature(last->fahrenheit, Clock::now() - age);
        }
        places.push_back({.key = place.key, .host = &host});
    }
    dispatcher.set_machines(std::move(places));
}

void House::start()
{
    for (const auto drop : found_in_doubt_) doubts.add(drop);
    if (!found_in_doubt_.empty()) {
        log::warn("drops are in doubt", {{"doubts", found_in_doubt_.size()}});
    }
    connections.start_sweeping();
    pruner.start();
}

void House::serve_member(
    const config::SundayListener& listener, Socket socket, Connections::Place place)
{
    connections.run(std::make_shared<SundaySession>(
        *this, listener, connections.next_id(), std::move(socket), std::move(place)));
}

void House::serve_board(Socket socket, Connections::Place place)
{
    connections.run(std::make_shared<BoardSession>(
        boards, connections.next_id(), std::move(socket), std::move(place)));
}

Task<> House::drain()
{
    for (auto& machine : machines) machine.stop();
    connections.stop();
    authenticator.stop();
    // Drops that were sent may still be answered, and settled.
    co_await wait_until(
        [this] {
        return connections.count_of<SundaySession>() == 0 && dispatcher.retries_under_way() == 0;
        },
        std::min(settings.drops.ack_timeout, drain_max));
}

Task<bool> House::close()
{
    dispatcher.stop();
    doubts.stop();
    pruner.stop();
    for (auto& machine : machines) machine.hang_up();
    const bool ended = co_await wait_until(
        [this] {
        return connections.count() == 0 && dispatcher.retries_under_way() == 0 && ledger.idle();
        },
        last_limit);
    if (ended) connections.stop_sweeping();
    co_return ended;
}

template <class Ended>
Task<bool> House::wait_until(Ended ended, std::chrono::milliseconds limit)
{
    Timer timer{co_await asio::this_coro::executor};
    const auto give_up = Clock::now() + limit;
    do {
        // First of all, others get time to begin what they were just asked to do.
        timer.expires_after(10ms);
        co_await timer.async_wait(use_tuple);
        if (ended()) co_return true;
    } while (Clock::now() < give_up);
    co_return false;
}

}  // namespace drinkd
