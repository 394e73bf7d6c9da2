#include "daemon/dispatcher.hpp"

#include "daemon/log.hpp"
#include "daemon/spawn.hpp"

#include <algorithm>
#include <limits>
#include <random>

namespace drinkd {
namespace {

using machines::DropEvent;

constexpr std::chrono::seconds retry_after{1};
// Boards send a reading or two a minute; more of them are not kept.
constexpr std::chrono::seconds temperature_interval{10};

std::string board_actor(const MachineHost& host) { return "board:" + host.id(); }

std::unexpected<DropRefused> refused(Refusal refusal)
{
    return std::unexpected{DropRefused{.refusal = refusal, .drop = {}}};
}

std::unexpected<DropRefused> in_doubt(DropId drop)
{
    return std::unexpected{DropRefused{.refusal = Refusal::outcome_unknown, .drop = drop}};
}

}  // namespace

Dispatcher::Dispatcher(
    LedgerService& ledger, const SlotCatalog& catalog, DoubtKeeper& doubts, std::uint32_t seed)
    : ledger_{ledger}, catalog_{catalog}, doubts_{doubts}, seed_{seed}
{
}

void Dispatcher::set_machines(std::vector<Place> machines)
{
    machines_ = std::move(machines);
    unreported_.resize(machines_.size());
}

Task<std::expected<DropDone, DropRefused>> Dispatcher::drop(DropRequest request)
{
    auto& host = *machines_.at(request.machine).host;
    if (stopping_) co_return refused(Refusal::machine_offline);
    if (host.queue_full()) co_return refused(Refusal::busy);
    if (!host.online()) co_return refused(Refusal::machine_offline);

    const auto reserved = co_await reserve(request);
    if (!reserved) co_return refused(reserved.error());
    const auto& reservation = *reserved;
    log::debug(
        "drop reserved",
        {{"drop", reservation.drop}, {"machine", host.id()}, {"member", request.member}});

    Delivery delivery;
    if (request.delay.count() > 0 && !co_await request.pass_delay(request.delay)) {
        delivery = {
            .event = DropEvent::withdrawn,
            .why = "taken back during the delay",
            .refusal = Refusal::machine_offline};
    } else {
        const auto slot = static_cast<SlotNumber>(*request.slot);
        delivery = co_await host.deliver(reservation.drop, slot, reservation.protocol);
    }

    Settlement settlement{
        .machine = request.machine,
        .drop = reservation.drop,
        .event = delivery.event,
        .actor = board_actor(host),
        .reason = delivery.why.empty() ? "drop" : delivery.why,
    };
    if (delivery.event == DropEvent::withdrawn) settlement.actor = "member:" + request.member;
    const auto settled = co_await settle(settlement);

    const bool was_sent = delivery.event == DropEvent::acked ||
                          delivery.event == DropEvent::nacked || delivery.event == DropEvent::lost;
    if (!settled) {
        // Nothing may be told as done that is not durable. A drop that was sent is in doubt until
        // it is, and its machine gets nothing; one that was not sent is merely still held.
        if (was_sent) host.pause();
        settle_in_background(std::move(settlement), was_sent);
        log_end(request, reservation, "unsettled", "the ledger cannot write at present");
        if (was_sent) co_return in_doubt(reservation.drop);
        co_return refused(delivery.refusal);
    }
    const auto outcome = settled->value();
    log_end(request, reservation, machines::name_of(outcome.state), delivery.why);
    if (delivery.event == DropEvent::lost) {
        note_doubt(request.machine, reservation.drop, outcome);
        co_return in_doubt(reservation.drop);
    }
    if (delivery.event != DropEvent::acked) co_return refused(delivery.refusal);
    co_return DropDone{.drop = reservation.drop, .balance = outcome.balance};
}

Task<std::expected<ledger::Reservation, Refusal>> Dispatcher::reserve(DropRequest& request)
{
    if (!request.slot) return reserve_any(request);
    // No slot of a machine has a number beyond a byte.
    const auto slot = *request.slot;
    if (slot < 1 || slot > std::numeric_limits<SlotNumber>::max()) {
        return at_once(
            std::expected<ledger::Reservation, Refusal>{std::unexpected{Refusal::no_such_slot}});
    }
    const auto& machine = machines_[request.machine];
    return ledger_.run([account = request.account, key = machine.key, slot,
                        protocol = machine.host->protocol()](ledger::Ledger& ledger) {
        return ledger.reserve(account, key, static_cast<SlotNumber>(slot), protocol);
    });
}

Task<std::expected<ledger::Reservation, Refusal>> Dispatcher::reserve_any(DropRequest& request)
{
    auto slots = catalog_.read(request.machine, [](std::span<const machines::Slot> all) {
        std::vector<SlotNumber> sellable;
        for (const auto& slot : all) {
            if (!slot.why_not_sellable()) sellable.push_back(slot.number);
        }
        return sellable;
    });
    std::seed_seq choice{seed_, ++choices_};
    std::minstd_rand random{choice};
    std::ranges::shuffle(slots, random);
    for (const auto slot : slots) {
        request.slot = slot;
        auto reserved = co_await reserve(request);
        // Another member may have been faster; then the next slot is tried.
        const bool slot_gone = !reserved && (reserved.error() == Refusal::slot_empty ||
                                             reserved.error() == Refusal::slot_disabled);
        if (!slot_gone) co_return reserved;
    }
    co_return std::unexpected{Refusal::no_slot_available};
}

Task<std::expected<Dispatcher::Settled, Refusal>> Dispatcher::settle(const Settlement& settlement)
{
    return ledger_.run([&settlement](ledger::Ledger& ledger) {
        return ledger.settle(
            settlement.drop, settlement.event,
            {.actor = settlement.actor, .reason = settlement.reason});
    });
}

void Dispatcher::settle_in_background(Settlement settlement, bool paused)
{
    const auto machine = settlement.machine;
    ++retries_;
    spawn(machine, keep_settling(std::move(settlement), paused), "settling a drop");
}

Task<> Dispatcher::keep_settling(Settlement settlement, bool paused)
{
    auto& host = *machines_[settlement.machine].host;
    const bool was_answered =
        settlement.event == DropEvent::acked || settlement.event == DropEvent::nacked;
    Timer timer{co_await asio::this_coro::executor};
    for (;;) {
        const auto settled = co_await settle(settlement);
        if (settled) {
            const auto outcome = *settled;
            log::info(
                outcome && outcome->changed ? "drop settled late" : "drop was settled before",
                {{"drop", settlement.drop},
                 {"machine", host.id()},
                 {"state", outcome ? machines::name_of(outcome->state) : "unknown"}});
            if (settlement.event == DropEvent::lost && outcome) {
                note_doubt(settlement.machine, settlement.drop, *outcome);
            }
            break;
        }
        if (was_answered && !paused) {
            paused = true;
            host.pause();
        }
        if (stopping_) break;
        timer.expires_after(retry_after);
        co_await timer.async_wait(use_tuple);
    }
    if (paused) host.resume();
    --retries_;
}

void Dispatcher::note_doubt(std::size_t machine, DropId drop, const ledger::Settled& settled)
{
    doubts_.add(drop);
    if (!settled.changed) return;
    log::warn(
        "a drop is in doubt",
        {{"drop", drop}, {"machine", machines_[machine].host->id()}, {"doubts", settled.doubts}});
}

void Dispatcher::late_answer(std::size_t machine, DropId drop, DropEvent event)
{
    settle_in_background(
        {
            .machine = machine,
            .drop = drop,
            .event = event,
            .actor = board_actor(*machines_[machine].host),
            .reason = "late answer",
        },
        false);
}

void Dispatcher::never_known(std::size_t machine, DropId drop)
{
    spawn(machine, keep_never_known(drop), "keeping that a board does not know");
}

Task<> Dispatcher::keep_never_known(DropId drop)
{
    // Without a retry: the board is asked again when it was not kept.
    const auto kept = co_await ledger_.run([&](ledger::Ledger& ledger) {
        ledger.note_never_known(drop);
        return true;
    });
    if (!kept) log::warn("what a board does not know could not be kept", {{"drop", drop}});
}

void Dispatcher::evidence(std::size_t machine, std::string what)
{
    auto& unreported = unreported_[machine];
    // All of it is in the log; a board that floods costs one operation at a time.
    if (unreported.keeping_evidence) return;
    unreported.keeping_evidence = true;
    spawn(machine, keep_evidence(machine, std::move(what)), "keeping evidence");
}

Task<> Dispatcher::keep_evidence(std::size_t machine, std::string what)
{
    const auto key = machines_[machine].key;
    const auto kept = co_await ledger_.run([&](ledger::Ledger& ledger) {
        ledger.add_evidence(key, what);
        return true;
    });
    if (!kept) {
        log::warn("evidence could not be kept", {{"machine", machines_[machine].host->id()}});
    }
    unreported_[machine].keeping_evidence = false;
}

void Dispatcher::store_protocol(std::size_t machine, const machines::StoreProtocol& request)
{
    spawn(machine, keep_protocol(machine, request), "keeping a drop's protocol");
}

Task<> Dispatcher::keep_protocol(std::size_t machine, machines::StoreProtocol request)
{
    const auto kept = co_await ledger_.run([&](ledger::Ledger& ledger) {
        ledger.set_protocol(request.drop, request.protocol);
        return true;
    });
    machines_[machine].host->protocol_stored(request, kept.has_value());
}

void Dispatcher::slots_sensed(std::size_t machine, const std::vector<machines::SensedSlot>& slots)
{
    auto& unreported = unreported_[machine];
    for (const auto& sensed : slots) {
        unreported.sensors[sensed.slot] = sensed.sensor;
        log::debug(
            "slot sensed", {{"machine", machines_[machine].host->id()},
                            {"slot", sensed.slot},
                            {"present", sensed.sensor == protocol::Sensor::present}});
    }
    if (unreported.reporting) return;
    unreported.reporting = true;
    spawn(machine, report_sensors(machine), "reporting sensors");
}

Task<> Dispatcher::report_sensors(std::size_t machine)
{
    auto& unreported = unreported_[machine];
    Timer timer{co_await asio::this_coro::executor};
    while (!unreported.sensors.empty() && !stopping_) {
        std::vector<ledger::SensedSlot> sensed;
        sensed.reserve(unreported.sensors.size());
        for (const auto& [slot, sensor] : unreported.sensors) {
            sensed.push_back({.slot = slot, .sensor = sensor});
        }
        unreported.sensors.clear();
        const auto key = machines_[machine].key;
        const auto done = co_await ledger_.run([&](ledger::Ledger& ledger) {
            ledger.set_sensors(key, sensed);
            return true;
        });
        if (done) continue;
        // What was sensed since is newer.
        for (const auto& old : sensed) unreported.sensors.emplace(old.slot, old.sensor);
        timer.expires_after(retry_after);
        co_await timer.async_wait(use_tuple);
    }
    unreported.reporting = false;
}

void Dispatcher::temperature_read(std::size_t machine, double fahrenheit)
{
    auto& unreported = unreported_[machine];
    auto& last = unreported.last_temperature;
    const auto now = Clock::now();
    if (unreported.keeping_temperature || (last && now - *last < temperature_interval)) return;
    last = now;
    unreported.keeping_temperature = true;
    spawn(machine, keep_temperature(machine, fahrenheit), "keeping a temperature");
}

Task<> Dispatcher::keep_temperature(std::size_t machine, double fahrenheit)
{
    const auto key = machines_[machine].key;
    const auto kept = co_await ledger_.run([&](ledger::Ledger& ledger) {
        ledger.add_temperature(key, fahrenheit);
        return true;
    });
    if (!kept) {
        log::warn("a temperature could not be kept", {{"machine", machines_[machine].host->id()}});
    }
    unreported_[machine].keeping_temperature = false;
}

// The one line of a drop at info.
void Dispatcher::log_end(
    const DropRequest& request, const ledger::Reservation& reservation, std::string_view state,
    std::string_view why) const
{
    log::info(
        "drop ended", {{"drop", reservation.drop},
                       {"state", state},
                       {"machine", machines_[request.machine].host->id()},
                       {"slot", *request.slot},
                       {"item", reservation.item},
                       {"price", reservation.price},
                       {"member", request.member},
                       {"session", request.session},
                       {"reason", why}});
}

void Dispatcher::spawn(std::size_t machine, Task<> task, std::string_view what)
{
    drinkd::spawn(machines_[machine].host->strand(), std::move(task), what);
}

}  // namespace drinkd
