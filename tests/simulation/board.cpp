#include "simulation/board.hpp"

#include "protocol/overloaded.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace simulation {

using namespace std::chrono_literals;
namespace tini = protocol::tini;
using protocol::number;

Board::Board(Setup setup, Dice& dice, PeerSurroundings around)
    : setup_{std::move(setup)}, dice_{dice}, around_{std::move(around)}
{
}

Instant Board::due() const
{
    if (!wire_) return next_try_;
    auto due = next_words_;
    if (motor_) due = std::min(due, motor_->ends);
    return due;
}

void Board::turn(Instant now)
{
    if (wire_) read(now);
    if (motor_ && now >= motor_->ends) end_motor(now);
    if (!wire_) {
        if (now >= next_try_) connect(now);
        return;
    }
    if (now < next_words_) return;
    next_words_ = now + std::chrono::milliseconds{dice_.between(1'000, 60'000)};
    if (ready_) say_something();
    // Who was never answered tries again; so does who believes that the link is dead.
    if (!ready_ || (trouble_ && dice_.percent(8))) leave(now, dice_.one_in(2));
}

void Board::connect(Instant now)
{
    next_try_ = now + std::chrono::milliseconds{dice_.between(100, 5'000)};
    wire_ = around_.connect();
    if (!wire_) return;
    unread_.clear();
    ready_ = false;
    speaks_tini2_ = false;
    owes_answer_ = false;
    next_words_ = now + 12s;
    const bool wrong = trouble_ && dice_.percent(3);
    // Sometimes its old firmware is back.
    const bool offers = setup_.tini2 && !(trouble_ && dice_.percent(15));
    wire_->write(fmt::format(
        "0{}{}{}\n", dice_.one_in(2) ? " " : "", wrong ? "something else" : setup_.password,
        offers ? " 2" : ""));
}

void Board::leave(Instant now, bool politely)
{
    if (!wire_) return;
    around_.tell(politely ? "hangs up" : "breaks its link");
    if (politely) {
        wire_->hang_up();
    } else if (dice_.percent(30)) {
        wire_->cut();
    } else {
        wire_->break_off();
    }
    wire_.reset();
    ready_ = false;
    tasks_.clear();
    next_try_ = now + std::chrono::milliseconds{dice_.between(0, 8'000)};
}

void Board::read(Instant now)
{
    unread_ += wire_->read();
    while (wire_) {
        const auto end = unread_.find('\n');
        if (end == std::string::npos) break;
        const auto line = unread_.substr(0, end);
        unread_.erase(0, end + 1);
        take_line(line, now);
    }
    if (wire_ && wire_->ended()) {
        wire_.reset();
        ready_ = false;
        tasks_.clear();
        next_try_ = now + std::chrono::milliseconds{dice_.between(0, 3'000)};
    }
}

void Board::take_line(std::string_view line, Instant now)
{
    const auto message = tini::parse_server_message(line);
    if (const auto* accepted = std::get_if<tini::LoginAccepted>(&message)) {
        ready_ = true;
        speaks_tini2_ = accepted->protocol == protocol::BoardProtocol::tini2;
        next_words_ = now + std::chrono::milliseconds{dice_.between(0, 400)};
        if (dice_.one_in(2)) say_status();
        return;
    }
    if (std::holds_alternative<tini::LoginRefused>(message)) {
        leave(now, true);
        return;
    }
    Task task{.from = wire_, .what = message, .truth = {}};
    if (const auto* drop = std::get_if<tini::DropRequest>(&message)) take_drop(task, *drop);
    // It does one thing at a time.
    if (motor_) {
        tasks_.push_back(std::move(task));
    } else {
        begin(std::move(task), now);
    }
}

// The line must be of the drop that the daemon says it sent, and none other under way.
void Board::take_drop(Task& task, const tini::DropRequest& drop)
{
    auto& sent = wire_->drops_sent;
    if (sent.empty()) return around_.broken("a drop comes that the daemon does not tell of");
    task.truth = sent.front();
    sent.pop_front();
    const auto name = fmt::format("drop {}", number(task.truth.drop));
    if (drop.drop.value_or(task.truth.drop) != task.truth.drop) {
        around_.broken(name + " comes with another id");
    }
    if (drop.slot != task.truth.slot) around_.broken(name + " comes for another slot");
    if (motor_ && motor_->task.from.lock() == wire_) {
        around_.broken(name + " comes while another is in flight on its link");
    }
}

void Board::begin(Task task, Instant now)
{
    if (std::holds_alternative<tini::DropRequest>(task.what)) {
        begin_drop(std::move(task), now);
    } else if (std::holds_alternative<tini::Question>(task.what)) {
        answer_question(task);
    } else if (std::holds_alternative<tini::StatusRequest>(task.what)) {
        say_status();
    }
}

void Board::begin_drop(Task task, Instant now)
{
    const auto id = std::get<tini::DropRequest>(task.what).drop;
    if (trouble_ && dice_.percent(4)) {
        leave(now, false);
        return;
    }
    if (id) {
        const auto note = notes_.find(*id);
        const bool known = note != notes_.end();
        if (known && note->second == Note::done) return say(task.from, tini::format_ack(*id));
        if (known && note->second == Note::begun) return;
        const bool refused = known || (floor_ && *id <= *floor_);
        const bool cannot = trouble_ && dice_.percent(10);
        if (refused || cannot || !keep(*id, Note::begun)) {
            if (!known && cannot) keep(*id, Note::refused);
            say(task.from, tini::format_nack(*id, protocol::Refusal::slot_empty));
            return;
        }
    } else if (trouble_ && dice_.percent(10)) {
        say(task.from, "5\n");
        return;
    }
    auto time = std::chrono::milliseconds{dice_.between(1, 4'000)};
    // So late that the daemon waits no more, on either side of where it gives up.
    if (trouble_ && dice_.percent(10)) time = setup_.ack_timeout * dice_.between(80, 260) / 100;
    around_.tell(fmt::format("turns its motor for drop {}", number(task.truth.drop)));
    motor_ = {
        .task = std::move(task),
        .ends = now + time,
        .can_falls = !(trouble_ && dice_.percent(8)),
        .silent = trouble_ && dice_.percent(6),
    };
}

void Board::end_motor(Instant now)
{
    auto motor = std::move(*motor_);
    motor_.reset();
    const auto id = std::get<tini::DropRequest>(motor.task.what).drop;
    if (motor.can_falls) {
        ++cans_[motor.task.truth.drop];
        around_.tell(fmt::format("drops a can for drop {}", number(motor.task.truth.drop)));
    }
    if (trouble_ && dice_.percent(4)) {
        lose_power(now);
        return;
    }
    if (id) keep(*id, motor.can_falls ? Note::done : Note::refused);
    if (trouble_ && dice_.percent(4)) leave(now, dice_.one_in(2));
    owes_answer_ = owes_answer_ || motor.silent;
    if (!motor.silent) {
        const int times = id && trouble_ && dice_.percent(8) ? 2 : 1;
        for (int time = 0; time < times; ++time) {
            if (!id) {
                say(motor.task.from, motor.can_falls ? "4\n" : "5\n");
            } else if (motor.can_falls) {
                say(motor.task.from, tini::format_ack(*id));
            } else {
                say(motor.task.from, tini::format_nack(*id, protocol::Refusal::board_refused));
            }
        }
        if (dice_.one_in(2)) say_status();
    }
    while (!motor_ && !tasks_.empty()) {
        auto task = std::move(tasks_.front());
        tasks_.pop_front();
        begin(std::move(task), now);
    }
}

void Board::answer_question(const Task& task)
{
    using What = tini::Outcome::What;
    const auto drop = std::get<tini::Question>(task.what).drop;
    tini::Outcome outcome{.drop = drop, .what = What::unknown};
    if (const auto note = notes_.find(drop); note != notes_.end()) {
        if (note->second == Note::done) outcome.what = What::done;
        if (note->second == Note::refused) outcome.what = What::refused;
    } else if (floor_ && drop > *floor_) {
        // It may itself be what is forgotten for the note.
        if (keep(drop, Note::refused)) outcome.what = What::unseen;
    }
    if (trouble_ && dice_.percent(5)) return;
    if (outcome.what == What::unknown) unknown_.insert(drop);
    say(task.from, tini::format_outcome(outcome));
}

// False when it is at or below the floor, or would be at once.
bool Board::keep(DropId drop, Note note)
{
    if (!floor_) floor_ = DropId{protocol::number(drop) - 1};
    if (const auto found = notes_.find(drop); found != notes_.end()) {
        found->second = note;
        return true;
    }
    if (drop <= *floor_) return false;
    notes_.emplace(drop, note);
    if (notes_.size() > setup_.notes_max) {
        floor_ = notes_.begin()->first;
        notes_.erase(notes_.begin());
    }
    return notes_.contains(drop);
}

void Board::say(const std::weak_ptr<Wire>& to, std::string_view bytes)
{
    if (const auto wire = to.lock(); wire && wire == wire_) wire->write(bytes);
}

void Board::say_status()
{
    std::string status = "7";
    for (int slot = 1; slot <= setup_.slots; ++slot) {
        const bool present = !trouble_ || !dice_.percent(10);
        status += fmt::format("{}{} {}", slot > 1 ? "`" : "", slot, present ? 1 : 0);
    }
    status += '\n';
    say(wire_, status);
}

void Board::say_something()
{
    switch (trouble_ ? dice_.below(5) : dice_.below(3)) {
        case 0:
            return say(wire_, "9\n");
        case 1:
            return say(wire_, fmt::format("8 {}.5\n", dice_.between(30, 60)));
        case 2:
            return say_status();
        case 3:
            return say(wire_, "7250 1`nonsense`-3\n\n4x4\nhello\n");
        default:
            // An id that was never given.
            if (speaks_tini2_) say(wire_, tini::format_ack(DropId{1}));
    }
}

void Board::send_stray_answer()
{
    if (ready_ && !motor_ && tasks_.empty() && !owes_answer_) {
        around_.tell("answers what nobody asked");
        say(wire_, dice_.one_in(2) ? "4\n" : "5\n");
    }
}

void Board::behave(Instant now)
{
    trouble_ = false;
    if (setup_.tini2 && !speaks_tini2_) leave(now, true);
}

void Board::lose_power(Instant now)
{
    around_.tell("loses power");
    if (motor_ && motor_->can_falls && dice_.one_in(2)) {
        ++cans_[motor_->task.truth.drop];
        around_.tell(fmt::format("had dropped a can for drop {}", number(motor_->task.truth.drop)));
    }
    motor_.reset();
    leave(now, false);
}

}  // namespace simulation
