#pragma once

#include "ledger/ledger.hpp"
#include "support/temp_dir.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

using protocol::AccountId;
using protocol::Credits;
using protocol::DropId;
using protocol::Refusal;
using protocol::Sensor;
using protocol::SlotNumber;

inline constexpr ledger::Cause test_cause{.actor = "tester", .reason = "a test"};

config::Slot slot_setting(
    int number, std::string item, Credits price, std::optional<std::int64_t> count);

/// A machine of the settings whose board has sensors: slot 1 Coke (50 credits, 10 of them), slot 2
/// Water (free, not counted), slot 3 Tea (30 credits, the last one), slot 4 Juice (40 credits, none
/// left).
config::Machine machine_setting(std::string id);

/// What a ledger knows, as text: two that know the same give the same.
std::string memory_of(
    ledger::Ledger& ledger, ledger::MachineKey machine, const std::vector<std::string>& names);

/// A ledger in a real file, with a machine and a member `ann` who has 1,000 credits.
class LedgerRig {
public:
    LedgerRig();

    ledger::Ledger& ledger() { return *ledger_; }
    void commit();
    /// As after a restart: what was not committed is gone.
    void reopen();
    void close() { ledger_.reset(); }

    AccountId add_member(std::string_view name, Credits credits);
    Credits balance(std::string_view name);
    machines::Slot slot(SlotNumber number);
    void sense(SlotNumber slot, Sensor sensor);
    /// Takes over `settings` as a start of the daemon does.
    void take_settings();

    /// A drop of ann that must be possible.
    DropId reserve(SlotNumber slot) { return reserve(ann, slot); }
    DropId reserve(AccountId account, SlotNumber slot);
    /// Why a drop is refused, which it must be.
    Refusal refusal(AccountId account, SlotNumber slot);
    ledger::Settled settle(DropId drop, ledger::DropEvent event);

    /// Runs SQL on the file beside the ledger, with all that guards it.
    void sql(const std::string& text);
    /// Runs SQL on the file with checks and references off, as no program of ours would. The
    /// ledger is closed first.
    void tamper(const std::string& text);
    std::int64_t figure(std::string_view query);
    std::string text(std::string_view query);

    /// Commits, and requires that every rule holds and that memory and file know the same.
    void require_sound();

    TempDir dir;
    std::filesystem::path file = dir / "ledger.db";
    std::int64_t now_ms = 1'700'000'000'000;
    std::vector<std::string> faults;  ///< Reported by the ledger.
    std::vector<config::Machine> settings{machine_setting("d")};
    ledger::MachineKey machine{};
    AccountId ann{};

private:
    std::optional<ledger::Ledger> ledger_;
};
