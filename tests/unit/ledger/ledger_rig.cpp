#include "ledger_rig.hpp"

#include "ledger/copies.hpp"
#include "ledger/read_only.hpp"
#include "ledger/reports.hpp"
#include "ledger/verify.hpp"
#include "support/catch.hpp"

#include <array>
#include <sstream>
#include <utility>

config::Slot slot_setting(
    int number, std::string item, Credits price, std::optional<std::int64_t> count)
{
    config::Slot slot;
    slot.number = static_cast<SlotNumber>(number);
    slot.item = std::move(item);
    slot.price = price;
    slot.count = count;
    return slot;
}

config::Machine machine_setting(std::string id)
{
    config::Machine machine;
    machine.id = std::move(id);
    machine.board.sensor = true;
    machine.slots = {
        slot_setting(1, "Coke", 50, 10),
        slot_setting(2, "Water", 0, std::nullopt),
        slot_setting(3, "Tea", 30, 1),
        slot_setting(4, "Juice", 40, 0),
    };
    return machine;
}

std::string memory_of(
    ledger::Ledger& ledger, ledger::MachineKey machine, const std::vector<std::string>& names)
{
    std::ostringstream text;
    for (const auto& name : names) {
        const auto member = ledger.find_member(name);
        text << name << ": ";
        if (member) text << member->balance << (member->admin ? " admin" : "");
        text << '\n';
    }
    for (const auto& slot : ledger.slots(machine)) {
        text << int{slot.number} << ' ' << slot.item << ' ' << slot.price << " stock "
             << slot.stock.value_or(-1) << " held " << slot.held << " sold " << slot.sold
             << (slot.enabled ? " on" : " off") << " sensor " << static_cast<int>(slot.sensor)
             << '\n';
    }
    return text.str();
}

LedgerRig::LedgerRig()
{
    reopen();
    ann = add_member("ann", 1'000);
    commit();
}

void LedgerRig::commit() { REQUIRE(ledger().commit() == ledger::Ledger::Commit::kept); }

void LedgerRig::reopen()
{
    close();
    ledger::Surroundings surroundings{
        .now_ms = [this] { return now_ms; },
        .report_fault = [this](std::string_view what) { faults.emplace_back(what); },
    };
    ledger_.emplace(file, std::move(surroundings));
    take_settings();
    commit();
}

void LedgerRig::take_settings() { machine = ledger().take_settings(settings).at(0); }

AccountId LedgerRig::add_member(std::string_view name, Credits credits)
{
    ledger::NewAccount account;
    account.name = name;
    account.credits = credits;
    const auto opened = ledger().open_account(account, test_cause);
    REQUIRE(opened.has_value());
    return opened->account;
}

Credits LedgerRig::balance(std::string_view name)
{
    const auto member = ledger().find_member(name);
    REQUIRE(member.has_value());
    return member->balance;
}

machines::Slot LedgerRig::slot(SlotNumber number)
{
    for (auto& slot : ledger().slots(machine)) {
        if (slot.number == number) return slot;
    }
    FAIL("the machine has no slot " << int{number});
    return {};
}

void LedgerRig::sense(SlotNumber slot, Sensor sensor)
{
    const std::array report{ledger::SensedSlot{.slot = slot, .sensor = sensor}};
    ledger().set_sensors(machine, report);
}

DropId LedgerRig::reserve(AccountId account, SlotNumber slot)
{
    const auto reserved = ledger().reserve(account, machine, slot);
    REQUIRE(reserved.has_value());
    return reserved->drop;
}

Refusal LedgerRig::refusal(AccountId account, SlotNumber slot)
{
    const auto reserved = ledger().reserve(account, machine, slot);
    REQUIRE_FALSE(reserved.has_value());
    return reserved.error();
}

ledger::Settled LedgerRig::settle(DropId drop, ledger::DropEvent event)
{
    const auto settled = ledger().settle(drop, event, test_cause);
    REQUIRE(settled.has_value());
    return *settled;
}

void LedgerRig::sql(const std::string& text)
{
    ledger::sqlite::Database database{file, ledger::sqlite::Database::Mode::read_write};
    database.execute("PRAGMA foreign_keys = ON;" + text);
}

void LedgerRig::tamper(const std::string& text)
{
    close();
    ledger::sqlite::Database database{file, ledger::sqlite::Database::Mode::read_write};
    database.execute("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON;" + text);
}

std::int64_t LedgerRig::figure(std::string_view query)
{
    return ledger::open_read_only(file).integer(query);
}

std::string LedgerRig::text(std::string_view query)
{
    return ledger::open_read_only(file).text(query);
}

void LedgerRig::require_sound()
{
    commit();
    for (const auto& check : ledger::verify(file)) {
        CAPTURE(check.rule, check.violations);
        REQUIRE(check.holds());
    }
    // A second ledger, loaded from a copy, knows what the file knows.
    const auto copy = dir / "copy-for-comparison.db";
    ledger::back_up(file, copy);
    std::vector<std::string> names;
    std::vector<DropId> doubts;
    {
        auto database = ledger::open_read_only(copy);
        for (const auto& row : ledger::list_accounts(database)) names.push_back(row.name);
        for (const auto& row : ledger::list_doubts(database)) doubts.push_back(DropId{row.drop});
    }
    std::ranges::sort(doubts);
    REQUIRE(ledger().doubts() == doubts);
    {
        ledger::Ledger from_file{copy};
        REQUIRE(memory_of(ledger(), machine, names) == memory_of(from_file, machine, names));
    }
    std::filesystem::remove(copy);
}
