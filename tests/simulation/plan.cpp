#include "simulation/plan.hpp"

#include "ledger/ledger.hpp"
#include "simulation/timers.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdlib>

namespace simulation {
namespace {

constexpr std::int64_t wall_clock_at_start = 1'700'000'000'000;
constexpr protocol::Credits credits_at_start = 400;

}  // namespace

std::int64_t wall_clock()
{
    using std::chrono::milliseconds;
    return wall_clock_at_start +
           std::chrono::duration_cast<milliseconds>(timers().now() - Timers::start).count();
}

std::string member_name(int index) { return fmt::format("member{}", index); }
std::string ibutton_of(int index) { return fmt::format("00000000000000{:02X}", index + 1); }

const Disk::Image& new_ledger(Disk& disk)
{
    static const Disk::Image image = [&] {
        disk.use({{ledger_file, {}}});
        {
            ledger::Surroundings surroundings{
                .now_ms = wall_clock, .report_fault = [](std::string_view) {}};
            ledger::Ledger ledger{ledger_file, surroundings};
            for (int index = 0; index < members_max; ++index) {
                ledger::NewAccount account;
                account.name = member_name(index);
                account.credits = credits_at_start;
                account.ibutton = ibutton_of(index);
                account.password_hash = password;
                ledger.open_account(account, {.actor = "start", .reason = "start"}).value();
            }
            if (ledger.commit() != ledger::Ledger::Commit::kept) std::abort();
        }
        return disk.image();
    }();
    return image;
}

config::Settings settings_of(Dice& dice)
{
    config::Settings settings;
    settings.ledger = ledger_file;
    settings.listen.sunday.emplace_back();
    settings.listen.sunday.back().dialect =
        dice.one_in(2) ? protocol::Dialect::js : protocol::Dialect::classic;
    settings.drops.ack_timeout = std::chrono::seconds{dice.between(5, 20)};
    settings.drops.queue_per_machine = static_cast<std::size_t>(dice.between(1, 5));
    settings.drops.in_doubt_after = std::chrono::seconds{dice.between(5, 90)};
    settings.drops.in_doubt_policy =
        dice.one_in(2) ? config::DoubtPolicy::charge : config::DoubtPolicy::refund;
    const int machines = dice.between(1, 3);
    for (int index = 0; index < machines; ++index) {
        config::Machine machine;
        machine.id = fmt::format("m{}", index);
        machine.name = fmt::format("Machine {}", index);
        machine.board.password = fmt::format("board{}", index);
        machine.board.sensor = dice.one_in(3);
        const int slots = dice.between(1, 3);
        for (int slot = 1; slot <= slots; ++slot) {
            config::Slot made;
            made.number = static_cast<protocol::SlotNumber>(slot);
            made.item = fmt::format("item {}", slot);
            made.price = dice.between(0, 60);
            if (dice.percent(80)) made.count = dice.between(1, 15);
            machine.slots.push_back(std::move(made));
        }
        settings.machines.push_back(std::move(machine));
    }
    return settings;
}

}  // namespace simulation
