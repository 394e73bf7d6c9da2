// What a board does with its drops, and what it knows of them.
#include "clients/tini_sim/board.hpp"
#include "protocol/tini_message.hpp"

#include <fmt/format.h>

#include <chrono>
#include <utility>

namespace tini_sim {
namespace {

using clients::Colour;
using protocol::Refusal;
using std::chrono::milliseconds;
using Outcome = protocol::tini::Outcome;

std::string seconds_text(milliseconds time)
{
    return fmt::format("{:g} s", std::chrono::duration<double>{time}.count());
}

std::string note(const CabinetSlot& slot, std::optional<DropId> id, std::string_view what)
{
    const auto which = id ? fmt::format(" (drop {})", protocol::number(*id)) : std::string{};
    return fmt::format("slot {:<3} {}{}", slot.number, what, which);
}

std::string ack(std::optional<DropId> id) { return id ? protocol::tini::format_ack(*id) : "4\n"; }

std::string nack(std::optional<DropId> id, Refusal reason)
{
    return id ? protocol::tini::format_nack(*id, reason) : "5\n";
}

}  // namespace

std::vector<Step> Board::drop(const Drop& drop)
{
    const auto noted = drop.id ? notes_.begin(*drop.id) : std::nullopt;
    auto steps = noted ? answer_from_notes(drop, *noted) : drop_anew(drop);
    const bool answered = !steps.back().bytes.empty();
    if (answered) {
        steps.push_back(status());
        steps.back().note.clear();
    }
    return steps;
}

std::vector<Step> Board::drop_anew(const Drop& drop)
{
    // Drawn even where it does not matter, so that the n-th drop meets the same fate in every run.
    const auto fate = draw_fate();
    auto& slot = drop.slot;
    if (empty(slot)) return drop_from_empty(drop);

    std::vector<Step> steps;
    const auto drop_time = behaviour_.drop_time;
    if (drop.id || drop_time > milliseconds{0}) {
        Step begin;
        // Kept before the motor runs: this is what a board finds when its power comes back.
        if (drop.id) begin.notes = notes_;
        if (drop_time > milliseconds{0}) {
            begin.note = note(slot, drop.id, "dropping " + seconds_text(drop_time));
        }
        steps.push_back(std::move(begin));
    }
    const bool falls = fate != Fate::nack && fate != Fate::power_loss_before_can;
    if (falls && slot.cans && *slot.cans > 0) --*slot.cans;
    for (auto& step : drop_by_fate(drop, fate)) steps.push_back(std::move(step));
    return steps;
}

std::vector<Step> Board::drop_from_empty(const Drop& drop)
{
    ++tally_.nacks;
    constexpr auto reason = Refusal::board_found_empty;
    return {
        {.notes = end(drop, reason),
         .bytes = nack(drop.id, reason),
         .note = note(drop.slot, drop.id, "nacked: it is empty"),
         .colour = Colour::warning}};
}

// From the start of the motor on.
std::vector<Step> Board::drop_by_fate(const Drop& drop, Fate fate)
{
    const auto drop_time = behaviour_.drop_time;
    const auto late_by = behaviour_.faults.late_by;
    const std::string_view last = empty(drop.slot) ? ", that was the last" : "";
    const auto told = [&](std::string_view what) {
        return note(drop.slot, drop.id, fmt::format("{}{}", what, last));
    };
    switch (fate) {
        case Fate::ack:
            ++tally_.acks;
            return {
                {.after = drop_time,
                 .notes = end(drop),
                 .bytes = ack(drop.id),
                 .note = told("acked"),
                 .colour = Colour::good}};
        case Fate::nack:
            ++tally_.nacks;
            return {
                {.after = drop_time,
                 .notes = end(drop, behaviour_.nack_reason),
                 .bytes = nack(drop.id, behaviour_.nack_reason),
                 .note = note(drop.slot, drop.id, "nacked"),
                 .colour = Colour::warning}};
        case Fate::silence:
            ++tally_.silences;
            return {
                {.after = drop_time,
                 .notes = end(drop),
                 .note = told("dropped, and never answers"),
                 .colour = Colour::bad}};
        case Fate::late:
            ++tally_.late_answers;
            return {
                {.after = drop_time, .notes = end(drop)},
                {.after = late_by,
                 .bytes = ack(drop.id),
                 .note = told(fmt::format("acked {} late", seconds_text(late_by))),
                 .colour = Colour::warning}};
        case Fate::disconnect: {
            ++tally_.disconnects;
            std::vector<Step> steps{
                {.after = drop_time / 2,
                 .note = told("dropped, and the link breaks"),
                 .colour = Colour::bad,
                 .hangs_up = true}};
            if (drop.id) steps.push_back({.after = drop_time - drop_time / 2, .notes = end(drop)});
            return steps;
        }
        case Fate::power_loss_before_can:
        case Fate::power_loss_after_can:
            break;
    }
    ++tally_.power_losses;
    const bool fell = fate == Fate::power_loss_after_can;
    return {
        {.after = drop_time / 2,
         .note = fell ? told("dropped, and the power fails")
                      : note(drop.slot, drop.id, "the power fails before the can falls"),
         .colour = Colour::bad,
         .hangs_up = true}};
}

std::vector<Step> Board::answer_from_notes(const Drop& drop, const Outcome& outcome)
{
    // It may have moved the floor.
    Step step{.notes = notes_, .colour = Colour::warning};
    switch (outcome.what) {
        case Outcome::What::done:
            step.bytes = ack(drop.id);
            step.note = note(drop.slot, drop.id, "asked for again, acked from the notes");
            break;
        case Outcome::What::refused:
            step.bytes = nack(drop.id, outcome.reason);
            step.note = note(drop.slot, drop.id, "nacked from the notes");
            break;
        case Outcome::What::unseen:
        case Outcome::What::unknown:
            step.note = note(drop.slot, drop.id, "asked for again, not known and not answered");
            break;
    }
    return {std::move(step)};
}

// The notes with the outcome in them; nothing on a link whose drops have no ids.
std::optional<DropNotes> Board::end(const Drop& drop, Refusal refusal)
{
    if (!drop.id) return std::nullopt;
    notes_.end({.drop = *drop.id, .what = Outcome::What::refused, .reason = refusal});
    return notes_;
}

std::optional<DropNotes> Board::end(const Drop& drop)
{
    if (!drop.id) return std::nullopt;
    notes_.end({.drop = *drop.id, .what = Outcome::What::done});
    return notes_;
}

std::vector<Step> Board::asked_about(DropId id)
{
    const auto outcome = notes_.ask(id);
    auto line = protocol::tini::format_outcome(outcome);
    const auto words = line.substr(2, line.size() - 3);
    return {
        {.notes = notes_,
         .bytes = std::move(line),
         .note = fmt::format("asked about a drop: {}", words),
         .colour = Colour::warning}};
}

Board::Fate Board::draw_fate()
{
    const auto& faults = behaviour_.faults;
    double draw = std::uniform_real_distribution{}(random_);
    for (const auto& [share, fate] :
         {std::pair{faults.nack, Fate::nack}, std::pair{faults.silence, Fate::silence},
          std::pair{faults.late, Fate::late}, std::pair{faults.disconnect, Fate::disconnect},
          std::pair{faults.power_loss / 2, Fate::power_loss_before_can},
          std::pair{faults.power_loss / 2, Fate::power_loss_after_can}}) {
        if (draw < share) return fate;
        draw -= share;
    }
    return Fate::ack;
}

}  // namespace tini_sim
