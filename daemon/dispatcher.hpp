#pragma once

#include "daemon/doubt_keeper.hpp"
#include "daemon/ledger_service.hpp"
#include "daemon/machine_host.hpp"
#include "daemon/slot_catalog.hpp"
#include "daemon/world.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <expected>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>

namespace drinkd {

using protocol::AccountId;
using protocol::Credits;
using protocol::Refusal;

/// One wish for a drink, from any front door. Login and syntax were checked there.
struct DropRequest {
    AccountId account{};
    std::string member;        ///< For the log.
    std::int64_t session = 0;  ///< For the log.
    std::size_t machine = 0;   ///< Index into the settings' machines.
    std::optional<int> slot;   ///< Nothing = any slot that can be dropped.
    std::chrono::seconds delay{0};
    /// Lets the delay pass on the member's strand; false when the member took the drop back.
    std::function<Task<bool>(std::chrono::seconds)> pass_delay;
};

struct DropDone {
    DropId drop{};
    Credits balance = 0;  ///< Spendable, afterwards.
};

struct DropRefused {
    Refusal refusal{};
    std::optional<DropId> drop;  ///< With outcome_unknown.
};

/// One drop from check to settlement, for every front door. Any thread may call it.
class Dispatcher final : public MachineEvents {
public:
    /// One machine with its key in the ledger.
    struct Place {
        ledger::MachineKey key{};
        MachineHost* host = nullptr;
    };

    /// `seed` is that of the choice among slots.
    Dispatcher(
        LedgerService& ledger, const SlotCatalog& catalog, DoubtKeeper& doubts, std::uint32_t seed);

    /// Before anything else is called. The hosts must outlive this.
    void set_machines(std::vector<Place> machines);

    /// Checks, reserves, waits, sends and settles, on the caller's strand. When it returns, the
    /// outcome that it tells is durable.
    Task<std::expected<DropDone, DropRefused>> drop(DropRequest request);

    /// No retry is begun from here on, and those under way end. Open drops that could not be
    /// settled stay open in the ledger, and are in doubt at the next start.
    void stop() { stopping_ = true; }

    ledger::MachineKey key_of(std::size_t machine) const { return machines_.at(machine).key; }
    /// Settlements that are being retried, for people.
    std::size_t retries_under_way() const { return retries_; }

    // --- MachineEvents --------------------------------------------------------------------------

    void late_answer(std::size_t machine, DropId drop, machines::DropEvent event) override;
    void never_known(std::size_t machine, DropId drop) override;
    void evidence(std::size_t machine, std::string what) override;
    void store_protocol(std::size_t machine, const machines::StoreProtocol& request) override;
    void slots_sensed(std::size_t machine, const std::vector<machines::SensedSlot>& slots) override;
    void temperature_read(std::size_t machine, double fahrenheit) override;

private:
    /// How a drop is to be settled, by whom and why.
    struct Settlement {
        std::size_t machine = 0;
        DropId drop{};
        machines::DropEvent event{};
        std::string actor;
        std::string reason;
    };
    using Settled = std::optional<ledger::Settled>;

    /// Reserves the slot asked for, or any, which is then the request's slot.
    Task<std::expected<ledger::Reservation, Refusal>> reserve(DropRequest& request);
    Task<std::expected<ledger::Reservation, Refusal>> reserve_any(DropRequest& request);
    Task<std::expected<Settled, Refusal>> settle(const Settlement& settlement);
    /// Settles without anybody waiting: again and again until it is durable. A machine whose answer
    /// cannot be written down gets no drop meanwhile; `paused` when that was seen to before.
    void settle_in_background(Settlement settlement, bool paused);
    Task<> keep_settling(Settlement settlement, bool paused);
    void note_doubt(std::size_t machine, DropId drop, const ledger::Settled& settled);
    Task<> keep_never_known(DropId drop);
    Task<> keep_evidence(std::size_t machine, std::string what);
    Task<> keep_protocol(std::size_t machine, machines::StoreProtocol request);
    /// What the ledger is told of a machine's sensors, one report at a time.
    Task<> report_sensors(std::size_t machine);
    Task<> keep_temperature(std::size_t machine, double fahrenheit);
    void log_end(
        const DropRequest& request, const ledger::Reservation& reservation, std::string_view state,
        std::string_view why) const;
    void spawn(std::size_t machine, Task<> task, std::string_view what);

    LedgerService& ledger_;
    const SlotCatalog& catalog_;
    DoubtKeeper& doubts_;
    std::vector<Place> machines_;
    const std::uint32_t seed_;
    std::atomic<std::uint32_t> choices_{0};
    std::atomic<bool> stopping_{false};
    std::atomic<std::size_t> retries_{0};

    // Per machine and on its host's strand: what was sensed and is not in the ledger yet, by slot,
    // so that a board that floods costs one entry a slot.
    struct Unreported {
        std::map<SlotNumber, protocol::Sensor> sensors;
        bool reporting = false;
        bool keeping_evidence = false;
        bool keeping_temperature = false;
        std::optional<Clock::time_point> last_temperature;
    };
    std::deque<Unreported> unreported_;
};

}  // namespace drinkd
