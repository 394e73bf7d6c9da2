#include "simulation/run.hpp"

#include "ledger/unusable.hpp"
#include "simulation/board.hpp"
#include "simulation/log.hpp"
#include "simulation/member.hpp"
#include "simulation/oracle.hpp"
#include "simulation/plan.hpp"
#include "simulation/process.hpp"

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
using protocol::number;

// A hundred times what a run takes: one that is not at rest then never will be.
constexpr std::size_t steps_max = 400'000;
// In which everything settles once nothing goes wrong any more.
constexpr auto rest_time_max = 15min;

// The world around the daemon, the steps that it takes, and what must hold after each of them.
class Run {
public:
    Run(std::uint64_t seed, Disk& disk, bool keep_schedule);
    ~Run() { listen_to_log({}); }
    Run(const Run&) = delete;

    Outcome outcome();

private:
    Oracle::Around around_oracle();
    PeerSurroundings surroundings(
        const std::string& name, std::function<std::shared_ptr<Wire>()> connect);
    void make_peers();

    // --- Steps ---
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
    void end_in_order();
    void end_process();
    void settle_as_admin();

    void check_at_rest();
    void on_log(std::string_view level, std::string_view event, drinkd::log::Fields fields);
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
    Oracle oracle_;
    Instant next_start_ = Timers::start;
    bool daemon_alone_ = false;  // What it still does is not of this world.
    std::optional<Instant> disk_heals_;
    Instant disk_well_since_ = Timers::start;
    int gifts_ = 0;

    std::deque<Board> boards_;
    std::deque<Member> members_;
    std::vector<std::shared_ptr<Wire>> wires_;
    std::map<std::int64_t, std::size_t> sessions_;  // Of this life: whose they are.
};

Run::Run(std::uint64_t seed, Disk& disk, bool keep_schedule)
    : dice_{seed},
      disk_{disk},
      keep_schedule_{keep_schedule},
      settings_{settings_of(dice_)},
      oracle_{disk, around_oracle()}
{
    timers().start_over();
    Wire::announce({});
    disk_.fail(Disk::Fault::none);
    disk_.use(new_ledger(disk_));
    listen_to_log([this](auto level, auto event, auto fields) { on_log(level, event, fields); });
    make_peers();
}

Oracle::Around Run::around_oracle()
{
    Oracle::Around around;
    around.broken = [this](std::string what) { broken(std::move(what)); };
    around.drop_ended = [this](std::int64_t session, Ended drop) {
        const auto member = sessions_.find(session);
        if (member != sessions_.end()) members_[member->second].ended(session, std::move(drop));
    };
    around.delays = [this](const std::string& member) {
        return std::ranges::find(members_, member, &Member::name)->delays();
    };
    return around;
}

PeerSurroundings Run::surroundings(
    const std::string& name, std::function<std::shared_ptr<Wire>()> connect)
{
    PeerSurroundings around;
    around.connect = std::move(connect);
    around.tell = [this, name](const std::string& what) { tell(name + " " + what); };
    around.broken = [this, name](const std::string& what) { broken(name + ": " + what); };
    return around;
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
            dice_, surroundings(fmt::format("board of {}", machine.id), [this, index] {
                return connect_board(index);
            }));
    }
    const int members = dice_.between(1, members_max);
    for (int member = 0; member < members; ++member) {
        const int connections = dice_.between(1, 2);
        for (int connection = 0; connection < connections; ++connection) {
            const auto index = members_.size();
            const auto name = fmt::format("{} ({})", member_name(member), connection + 1);
            members_.emplace_back(
                Member::Setup{
                    .name = member_name(member),
                    .password = std::string{password},
                    .ibutton = ibutton_of(member),
                    .delays = member % 2 == 1,
                    .machines = machines,
                    .slots = slots},
                dice_, surroundings(name, [this, index] { return connect_member(index); }));
        }
    }
}

// --- Steps --------------------------------------------------------------------------------------

Outcome Run::outcome()
{
    go_on();
    if (outcome_.broken.empty()) come_to_rest();
    if (outcome_.broken.empty()) check_at_rest();
    daemon_alone_ = true;
    disk_.fail(Disk::Fault::none);
    if (process_) end_process();
    timers().start_over();
    return std::move(outcome_);
}

void Run::go_on()
{
    const auto until = Timers::start + std::chrono::seconds{dice_.between(10, 70)};
    while (timers().now() < until && outcome_.broken.empty()) {
        if (outcome_.counts.steps > steps_max) broken("time does not pass any more");
        step();
        if (dice_.one_in(250)) bring_trouble();
    }
}

void Run::step()
{
    ++outcome_.counts.steps;
    if (!process_ && timers().now() >= next_start_) start();
    if (process_ && process_->ended()) end_in_order();
    const auto kind = dice_.below(10);
    if (kind < 6 && process_ && process_->run_handler()) return;
    if (kind < 7 && process_ && process_->ledger_waits() && dice_.one_in(3)) return run_ledger();
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
        // What could not be synced may be lost yet.
        const bool unsynced = disk_.fault() == Disk::Fault::sync_error;
        if (unsynced && process_ && dice_.one_in(2)) crash(disk_.image(), true);
        tell("the disk is well again");
        disk_heals_.reset();
        disk_well_since_ = now;
        disk_.fail(Disk::Fault::none);
    }
    for (auto& board : boards_) board.turn(now);
    for (auto& member : members_) member.turn(now);
}

void Run::run_ledger()
{
    process_->run_ledger();
    oracle_.check_commit();
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
            if (!process_ || !wire) break;
            if (oracle_.witness().has_reserved_drop(settings_.machines[index].id)) break;
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
            const auto gift = fmt::format("gift {} of {} credits", ++gifts_, credits);
            tell(fmt::format("{} for {}", gift, name));
            process_->ask_ledger(
                [name, credits, gift](ledger::Ledger& ledger) {
                const ledger::Cause cause{.actor = "admin", .reason = gift};
                return credits != 0 && ledger.add_credits(name, credits, cause).has_value();
                },
                [this, gift] {
                if (!daemon_alone_) oracle_.on_gift(gift);
            });
        }
    }
}

void Run::settle_as_admin()
{
    if (!process_) return;
    for (const auto& drop : oracle_.witness().drops()) {
        if (drop.state != "in_doubt" || !dice_.one_in(3)) continue;
        const bool charge = dice_.one_in(2);
        tell(fmt::format("an admin settles drop {}", number(drop.id)));
        process_->ask_ledger(
            [id = drop.id, charge](ledger::Ledger& ledger) {
            ledger.settle(
                id, charge ? ledger::DropEvent::charged : ledger::DropEvent::refunded,
                {.actor = "admin", .reason = "looked"});
            return true;
            },
            [] {});
    }
}

// --- The daemon's lives -------------------------------------------------------------------------

void Run::start()
{
    const auto later = timers().now() + std::chrono::milliseconds{dice_.between(100, 3'000)};
    try {
        process_ = std::make_unique<Process>(
            settings_, wall_clock, static_cast<std::uint32_t>(dice_.below(1'000'000)));
        tell("the daemon starts");
    } catch (const ledger::Unusable& error) {
        if (disk_.fault() == Disk::Fault::none) {
            broken(fmt::format("the daemon cannot start: {}", error.what()));
        }
        next_start_ = later;
        return;
    }
    oracle_.check_told();
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
    end_process();
    timers().start_over(now);
    daemon_alone_ = false;
    if (disk_heals_) disk_heals_ = now;
    disk_.use(std::move(left));
    // Not each time: it takes as long as a few drops.
    if (dice_.one_in(8)) oracle_.check_file();
}

void Run::end_in_order()
{
    const bool gave_up = process_->ended() == false;
    if (!gave_up) return end_process();
    // Where the disk fails it may give up waiting, and ends as if it had crashed.
    const bool disk_failed = disk_heals_ || timers().now() < disk_well_since_ + 2s;
    if (!disk_failed) broken("the daemon does not end in good order");
    crash(disk_.image(), false);
}

void Run::end_process()
{
    if (!process_->end_alone()) broken("the daemon does not end, or something of it waits on");
    process_.reset();
    oracle_.look_away();
    sessions_.clear();
    next_start_ = timers().now() + std::chrono::milliseconds{dice_.between(0, 5'000)};
}

// --- Connections --------------------------------------------------------------------------------

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

// --- Rest ---------------------------------------------------------------------------------------

std::string Run::why_not_at_rest()
{
    if (!process_ || process_->stopping()) return "the daemon is away";
    if (!process_->ledger_rests()) return "the ledger waits";
    for (const auto& member : members_) {
        if (!member.at_rest()) return member.name() + " waits for a reply";
    }
    for (const auto& board : boards_) {
        if (!board.at_rest()) return "a board is away or busy";
    }
    std::set<DropId> unknown;
    for (const auto& board : boards_)
        unknown.insert(board.unknown().begin(), board.unknown().end());
    if (const auto drop = oracle_.open_drop(unknown)) {
        return fmt::format("drop {} is open", number(*drop));
    }
    return {};
}

void Run::come_to_rest()
{
    tell("from here on nothing goes wrong");
    disk_.fail(Disk::Fault::none);
    disk_heals_.reset();
    for (auto& board : boards_) board.behave(timers().now());
    for (auto& member : members_) member.behave();
    const auto until = timers().now() + rest_time_max;
    for (auto why = why_not_at_rest(); !why.empty() && outcome_.broken.empty();
         why = why_not_at_rest()) {
        const bool too_long = timers().now() > until || outcome_.counts.steps > steps_max;
        if (too_long) broken(fmt::format("it does not come to rest: {}", why));
        step();
    }
}

void Run::check_at_rest()
{
    std::map<DropId, int> cans;
    for (const auto& board : boards_) {
        for (const auto& [drop, fell] : board.cans()) cans[drop] += fell;
    }
    oracle_.check_told();
    oracle_.check_cans(std::move(cans), outcome_.counts);
    oracle_.check_file();
}

void Run::on_log(std::string_view level, std::string_view event, drinkd::log::Fields fields)
{
    if (daemon_alone_) return;
    if (keep_schedule_) tell(fmt::format("  {}", drinkd::log::format_text(event, fields)));
    oracle_.on_log(level, event, fields);
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
    outcome_.broken.push_back(std::move(what));
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
