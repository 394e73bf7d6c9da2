#include "simulation/run.hpp"

#include "ledger/unusable.hpp"
#include "ledger/verify.hpp"
#include "simulation/board.hpp"
#include "simulation/log.hpp"
#include "simulation/member.hpp"
#include "simulation/process.hpp"
#include "simulation/witness.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <utility>

namespace simulation {
namespace {

using namespace std::chrono_literals;
using protocol::DropId;
using protocol::number;

// Enough for a quiet run of a minute or two; a run that is not at rest then never will be.
constexpr std::size_t steps_max = 400'000;
// In which everything settles once nothing goes wrong any more.
constexpr auto rest_time_max = 15min;

constexpr std::int64_t wall_clock_at_start = 1'700'000'000'000;

std::int64_t wall_clock()
{
    using std::chrono::milliseconds;
    return wall_clock_at_start +
           std::chrono::duration_cast<milliseconds>(timers().now() - Timers::start).count();
}

// On the simulated disk. The name is one that exists on the real one too: a ledger's file that is
// missing is not made through SQLite.
const std::filesystem::path file = "/dev/null";

constexpr std::string_view password = "right";
std::string member_name(int index) { return fmt::format("member{}", index); }
std::string ibutton_of(int index) { return fmt::format("00000000000000{:02X}", index + 1); }
constexpr int members_max = 4;
constexpr protocol::Credits credits_at_start = 400;

// Every run begins with a copy of one ledger, since making its tables takes longer than a run.
const Disk::Image& new_ledger(Disk& disk)
{
    static const Disk::Image image = [&] {
        disk.use({{file, {}}});
        {
            ledger::Surroundings surroundings{
                .now_ms = wall_clock, .report_fault = [](std::string_view) {}};
            ledger::Ledger ledger{file, surroundings};
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
    settings.ledger = file;
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

// The world around the daemon, the steps that it takes, and what must hold after each of them.
class Run {
public:
    Run(std::uint64_t seed, Disk& disk, bool keep_schedule);
    ~Run() { listen_to_log({}); }
    Run(const Run&) = delete;

    Outcome outcome();

private:
    // --- Steps ---
    void make_peers();
    void go_on();
    void step();
    void let_time_pass();
    void run_ledger();
    void deliver();
    void bring_trouble();
    void come_to_rest();
    /// Nothing when nobody waits for anything.
    std::string why_not_at_rest();

    // --- The daemon's lives ---
    void start();
    void crash(Disk::Image left, bool power_lost);
    void end_process();
    void settle_as_admin();

    // --- What is known of it ---
    void on_log(std::string_view level, std::string_view event, drinkd::log::Fields fields);
    void on_drop_sent(DropId drop, const std::string& machine);
    void on_drop_ended(std::int64_t session, Ended ended);
    void check_at_rest();
    void check_file();
    void tell(std::string what);
    void broken(std::string what);

    std::shared_ptr<Wire> new_wire();
    std::shared_ptr<Wire> connect_member(std::size_t member);
    std::shared_ptr<Wire> connect_board(std::size_t board);

    Dice dice_;
    Disk& disk_;
    const bool keep_schedule_;
    const config::Settings settings_;
    Outcome outcome_;

    std::unique_ptr<Process> process_;
    std::optional<Witness> witness_;
    Instant next_start_ = Timers::start;
    bool daemon_alone_ = false;  // What it still does is not of this world.
    std::optional<Instant> disk_heals_;
    std::optional<Instant> rests_since_;

    std::deque<Board> boards_;
    std::deque<Member> members_;
    std::vector<std::shared_ptr<Wire>> wires_;
    std::map<std::int64_t, std::size_t> sessions_;  // Of this life: whose they are.

    std::map<DropId, int> reserved_;         // Undelayed ones, with their order.
    std::map<std::string, int> last_order_;  // Of what was sent to a machine.
    std::set<DropId> sent_;
    std::set<DropId> never_known_;  // By their boards.
};

Run::Run(std::uint64_t seed, Disk& disk, bool keep_schedule)
    : dice_{seed}, disk_{disk}, keep_schedule_{keep_schedule}, settings_{settings_of(dice_)}
{
    timers().start_over();
    disk_.fail(Disk::Fault::none);
    disk_.use(new_ledger(disk_));
    listen_to_log([this](auto level, auto event, auto fields) { on_log(level, event, fields); });
    make_peers();
}

void Run::make_peers()
{
    std::vector<std::string> machines;
    int slots = 1;
    for (std::size_t index = 0; index < settings_.machines.size(); ++index) {
        const auto& machine = settings_.machines[index];
        machines.push_back(machine.id);
        slots = std::max(slots, static_cast<int>(machine.slots.size()));
        boards_.emplace_back(
            Board::Setup{
                .password = machine.board.password,
                .tini2 = dice_.one_in(2),
                .slots = static_cast<int>(machine.slots.size()),
                .notes_max = static_cast<std::size_t>(dice_.one_in(4) ? dice_.between(2, 6) : 64),
                .ack_timeout = settings_.drops.ack_timeout},
            dice_, [this, index] { return connect_board(index); },
            [this, id = machine.id](const std::string& what) {
            tell(fmt::format("board of {} {}", id, what));
            if (what.starts_with("BROKEN")) broken(what);
            });
    }
    const int members = dice_.between(1, members_max);
    for (int index = 0; index < members; ++index) {
        members_.emplace_back(
            Member::Setup{
                .name = member_name(index),
                .password = std::string{password},
                .ibutton = ibutton_of(index),
                .delays = index % 2 == 1,
                .machines = machines,
                .slots = slots},
            dice_, [this, index] { return connect_member(static_cast<std::size_t>(index)); },
            [this, index](const std::string& what) {
            tell(fmt::format("{} {}", member_name(index), what));
            },
            [this, index](const std::string& what) {
            broken(fmt::format("{}: {}", member_name(index), what));
        });
    }
}

// --- Steps
// ------------------------------------------------------------------------------------------

Outcome Run::outcome()
{
    go_on();
    if (!outcome_.broken) come_to_rest();
    if (!outcome_.broken) check_at_rest();
    daemon_alone_ = true;
    if (process_ && !process_->end_alone()) broken("the daemon does not end");
    witness_.reset();
    process_.reset();
    timers().start_over();
    return std::move(outcome_);
}

void Run::go_on()
{
    const auto until = Timers::start + std::chrono::seconds{dice_.between(10, 70)};
    while (timers().now() < until && !outcome_.broken) {
        step();
        if (dice_.one_in(250)) bring_trouble();
    }
}

void Run::step()
{
    ++outcome_.counts.steps;
    if (!process_ && timers().now() >= next_start_) start();
    if (process_ && process_->ended()) {
        if (!process_->end_alone()) broken("the daemon does not end");
        end_process();
    }
    const auto kind = dice_.below(10);
    if (kind < 6 && process_ && process_->run_handler()) return;
    if (kind < 7 && process_ && !process_->stopping() && process_->ledger_waits() &&
        dice_.one_in(3)) {
        return run_ledger();
    }
    if (kind < 9 && !wires_.empty() && dice_.one_in(2)) return deliver();
    // Nothing of these, or nothing to be done there: whatever can be done is.
    if (process_ && process_->run_handler()) return;
    if (process_ && process_->ledger_waits()) run_ledger();
    if (process_ && process_->run_handler()) return;
    let_time_pass();
}

void Run::deliver()
{
    std::erase_if(wires_, [](const auto& wire) { return wire.use_count() == 1; });
    if (wires_.empty()) return;
    wires_[dice_.below(wires_.size())]->deliver_some(dice_);
    const auto now = timers().now();
    for (auto& board : boards_) board.turn(now);
    for (auto& member : members_) member.turn(now);
}

void Run::let_time_pass()
{
    std::erase_if(wires_, [](const auto& wire) { return wire.use_count() == 1; });
    for (const auto& wire : wires_) {
        const bool waits = !wire->prompt && dice_.one_in(10);
        if (wire->has_bytes_on_the_way() && !waits) return wire->deliver_some(dice_);
    }
    auto next = timers().next().value_or(Instant::max());
    for (const auto& board : boards_) next = std::min(next, board.due());
    for (const auto& member : members_) next = std::min(next, member.due());
    if (!process_) next = std::min(next, next_start_);
    if (disk_heals_) next = std::min(next, *disk_heals_);
    // Not more than a second at once, so that a ledger that failed is tried again in time.
    const auto now = std::min(next, timers().now() + 1s);
    timers().pass_until(now);
    if (disk_heals_ && now >= *disk_heals_) {
        tell("the disk is well again");
        disk_heals_.reset();
        disk_.fail(Disk::Fault::none);
    }
    for (auto& board : boards_) board.turn(now);
    for (auto& member : members_) member.turn(now);
}

void Run::run_ledger()
{
    process_->run_ledger();
    if (!witness_ || !witness_->sees_change()) return;
    if (const auto rule = witness_->broken_rule(); !rule.empty()) broken(rule);
}

void Run::bring_trouble()
{
    auto& board = boards_[dice_.below(boards_.size())];
    switch (dice_.below(16)) {
        case 0:
            if (process_) crash(disk_.image(), false);
            break;
        case 1:
            if (process_) crash(disk_.image(), true);
            break;
        case 2:
        case 3:
            // In the middle of what the ledger writes.
            if (!process_ || !process_->ledger_waits()) break;
            disk_.take_image_at(dice_.below(8));
            process_->run_ledger();
            if (auto left = disk_.taken_image()) crash(std::move(*left), dice_.one_in(2));
            break;
        case 4:
            if (!process_ || process_->stopping()) break;
            tell("the daemon is told to stop");
            ++outcome_.counts.stops;
            process_->stop();
            break;
        case 5: {
            constexpr Disk::Fault faults[] = {
                Disk::Fault::full, Disk::Fault::write_error, Disk::Fault::sync_error,
                Disk::Fault::gone};
            tell("the disk fails");
            ++outcome_.counts.disk_faults;
            disk_.fail(faults[dice_.below(std::size(faults))]);
            disk_heals_ = timers().now() + std::chrono::milliseconds{dice_.between(1, 8'000)};
            break;
        }
        case 6:
        case 7:
            board.lose_power(timers().now());
            break;
        case 8: {
            // Only where no drop can be on its way, and read before one could be.
            const auto index = dice_.below(boards_.size());
            const auto& wire = boards_[index].wire();
            if (!witness_ || !wire || witness_->has_reserved_drop(settings_.machines[index].id))
                break;
            boards_[index].send_stray_answer();
            while (wire->has_bytes_on_the_way()) wire->deliver_some(dice_);
            process_->run_handlers();
            break;
        }
        case 9:
            settle_as_admin();
            break;
        default: {
            if (!process_) break;
            const auto name = members_[dice_.below(members_.size())].name();
            const auto credits = dice_.between(-100, 200);
            tell(fmt::format("{} gets {} credits", name, credits));
            process_->ask_ledger([name, credits](ledger::Ledger& ledger) {
                (void)ledger.add_credits(name, credits, {.actor = "admin", .reason = "a gift"});
            });
        }
    }
}

void Run::settle_as_admin()
{
    if (!process_ || !witness_) return;
    for (const auto& drop : witness_->drops()) {
        if (drop.state != "in_doubt" || !dice_.one_in(3)) continue;
        const bool charge = dice_.one_in(2);
        tell(fmt::format("an admin settles drop {}", number(drop.id)));
        process_->ask_ledger([id = drop.id, charge](ledger::Ledger& ledger) {
            ledger.settle(
                id, charge ? ledger::DropEvent::charged : ledger::DropEvent::refunded,
                {.actor = "admin", .reason = "looked"});
        });
    }
}

// --- The daemon's lives
// -----------------------------------------------------------------------------

void Run::start()
{
    const auto later = timers().now() + std::chrono::milliseconds{dice_.between(100, 3'000)};
    try {
        process_ = std::make_unique<Process>(
            settings_, wall_clock, static_cast<std::uint32_t>(dice_.below(1'000'000)));
        witness_.emplace(file);
        tell("the daemon starts");
    } catch (const std::exception& error) {
        if (disk_.fault() == Disk::Fault::none) {
            broken(fmt::format("the daemon cannot start: {}", error.what()));
        }
        next_start_ = later;
    }
}

void Run::crash(Disk::Image left, bool power_lost)
{
    tell(power_lost ? "the daemon's power is cut" : "the daemon crashes");
    ++(power_lost ? outcome_.counts.power_cuts : outcome_.counts.crashes);
    if (power_lost) left = Disk::after_power_cut(std::move(left), dice_);
    for (const auto& wire : wires_) wire->lose_daemon(!power_lost);
    daemon_alone_ = true;
    disk_.fail(Disk::Fault::none);
    const auto now = timers().now();
    if (!process_->end_alone()) broken("the daemon does not end");
    end_process();
    timers().start_over(now);
    daemon_alone_ = false;
    if (disk_heals_) disk_heals_ = now;
    disk_.use(std::move(left));
    // Not each time: it takes as long as a few drops.
    if (dice_.one_in(8)) check_file();
}

void Run::end_process()
{
    if (!timers().empty()) broken("something of the daemon waits when all of it has ended");
    process_.reset();
    witness_.reset();
    sessions_.clear();
    next_start_ = timers().now() + std::chrono::milliseconds{dice_.between(0, 5'000)};
}

// --- Connections
// ------------------------------------------------------------------------------------

std::shared_ptr<Wire> Run::new_wire()
{
    if (!process_ || process_->stopping()) return nullptr;
    return wires_.emplace_back(std::make_shared<Wire>());
}

std::shared_ptr<Wire> Run::connect_member(std::size_t member)
{
    auto wire = new_wire();
    if (!wire) return nullptr;
    wire->prompt = true;
    if (const auto session = process_->take_member(wire)) {
        sessions_[*session] = member;
        members_[member].set_session(*session);
    }
    return wire;
}

std::shared_ptr<Wire> Run::connect_board(std::size_t board)
{
    auto wire = new_wire();
    if (!wire) return nullptr;
    tell(fmt::format("board of {} connects", settings_.machines[board].id));
    process_->take_board(wire);
    return wire;
}

// --- What is known of it
// ----------------------------------------------------------------------------

void Run::on_log(std::string_view level, std::string_view event, drinkd::log::Fields fields)
{
    if (daemon_alone_) return;
    const auto value = [&](std::string_view name) -> const drinkd::log::Value* {
        const auto* field = std::ranges::find(fields, name, &drinkd::log::Field::name);
        return field == fields.end() ? nullptr : &field->value;
    };
    const auto text = [&](std::string_view name) {
        return std::string{std::get<std::string_view>(*value(name))};
    };
    const auto integer = [&](std::string_view name) {
        return std::get<std::int64_t>(*value(name));
    };
    if (keep_schedule_) tell(fmt::format("  {}", drinkd::log::format_text(event, fields)));
    const bool of_disk = event == "the ledger failed" && disk_.fault() != Disk::Fault::none;
    if (level == "error" && !of_disk) broken(fmt::format("the daemon logs an error: {}", event));
    if (event == "drop reserved") {
        const auto member = text("member");
        const auto found = std::ranges::find(members_, member, &Member::name);
        const auto order = static_cast<int>(reserved_.size());
        if (!found->delays()) reserved_[DropId{integer("drop")}] = order;
    } else if (event == "drop sent") {
        on_drop_sent(DropId{integer("drop")}, text("machine"));
    } else if (event == "the board does not know what became of a drop") {
        never_known_.insert(DropId{integer("drop")});
    } else if (event == "drop ended") {
        on_drop_ended(
            integer("session"), {.drop = DropId{integer("drop")}, .state = text("state")});
    }
}

void Run::on_drop_sent(DropId drop, const std::string& machine)
{
    const auto found = witness_->drop(drop);
    if (!found || found->state != "reserved" || found->machine != machine) {
        broken(fmt::format("drop {} is sent, and is not reserved in the file", number(drop)));
    }
    if (!sent_.insert(drop).second) broken(fmt::format("drop {} is sent twice", number(drop)));
    if (const auto place = reserved_.find(drop); place != reserved_.end()) {
        auto& last = last_order_[machine];
        if (place->second < last) broken(fmt::format("drop {} was overtaken", number(drop)));
        last = place->second;
    }
    Wire::announce(drop);
}

void Run::on_drop_ended(std::int64_t session, Ended ended)
{
    const auto found = witness_->drop(ended.drop);
    // A doubt may have been settled meanwhile.
    const bool right = found && (ended.state == "unsettled" || ended.state == "in_doubt" ||
                                 found->state == ended.state);
    if (!right) {
        broken(fmt::format(
            "drop {} is {}, and {} in the file", number(ended.drop), ended.state,
            found ? found->state : "missing"));
    }
    const auto member = sessions_.find(session);
    if (member == sessions_.end()) return;
    members_[member->second].ended(session, std::move(ended));
}

// --- Rest
// -------------------------------------------------------------------------------------------

std::string Run::why_not_at_rest()
{
    if (!process_ || process_->stopping() || !witness_) return "the daemon is away";
    if (process_->ledger_waits()) return "the ledger waits";
    for (const auto& member : members_) {
        if (!member.at_rest()) return member.name() + " waits for a reply";
    }
    for (const auto& board : boards_) {
        if (!board.at_rest()) return "a board is away or busy";
    }
    for (const auto drop : witness_->open_drops()) {
        if (!never_known_.contains(drop)) return fmt::format("drop {} is open", number(drop));
    }
    return {};
}

void Run::come_to_rest()
{
    tell("from here on nothing goes wrong");
    disk_.fail(Disk::Fault::none);
    disk_heals_.reset();
    for (auto& board : boards_) board.behave();
    for (auto& member : members_) member.behave();
    const auto until = timers().now() + rest_time_max;
    for (auto why = why_not_at_rest(); !why.empty() && !outcome_.broken; why = why_not_at_rest()) {
        const bool too_long = timers().now() > until || outcome_.counts.steps > steps_max;
        if (too_long) broken(fmt::format("it does not come to rest: {}", why));
        step();
    }
}

void Run::check_at_rest()
{
    std::map<DropId, int> cans;
    for (const auto& board : boards_) cans.insert(board.cans().begin(), board.cans().end());
    for (const auto& drop : witness_->drops()) {
        ++outcome_.counts.drops;
        outcome_.counts.doubts += drop.was_in_doubt ? 1 : 0;
        const auto fell = cans.contains(drop.id) ? cans.extract(drop.id).mapped() : 0;
        outcome_.counts.cans += static_cast<std::size_t>(fell);
        const auto name = fmt::format("drop {} ({})", number(drop.id), drop.state);
        if (fell > 1) broken(fmt::format("{} cans fell for {}", fell, name));
        if (drop.tini2 && drop.settled_by == "policy") broken(name + " was settled by the policy");
        const bool decided =
            drop.state == "in_doubt" || drop.settled_by == "admin" || drop.settled_by == "policy";
        if (decided && drop.was_in_doubt) continue;
        if ((fell == 1) != (drop.state == "dispensed")) {
            broken(fmt::format("{} cans fell for {}", fell, name));
        }
    }
    if (!cans.empty()) {
        broken(
            fmt::format("a can fell for drop {}, which is not there", number(cans.begin()->first)));
    }
    check_file();
}

void Run::check_file()
{
    for (const auto& check : ledger::verify(file)) {
        if (!check.holds()) broken(fmt::format("{}: {}", check.rule, check.violations.front()));
    }
}

void Run::tell(std::string what)
{
    if (!keep_schedule_ || daemon_alone_) return;
    const std::chrono::duration<double> time = timers().now() - Timers::start;
    outcome_.schedule.push_back(fmt::format("{:8.3f}  {}", time.count(), what));
}

void Run::broken(std::string what)
{
    tell("BROKEN: " + what);
    if (!outcome_.broken) outcome_.broken = std::move(what);
}

}  // namespace

Counts& Counts::operator+=(const Counts& more)
{
    steps += more.steps;
    drops += more.drops;
    cans += more.cans;
    doubts += more.doubts;
    crashes += more.crashes;
    power_cuts += more.power_cuts;
    stops += more.stops;
    disk_faults += more.disk_faults;
    return *this;
}

Outcome run(std::uint64_t seed, Disk& disk, bool keep_schedule)
{
    return Run{seed, disk, keep_schedule}.outcome();
}

}  // namespace simulation
