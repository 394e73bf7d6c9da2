#include "clients/tini_sim/board.hpp"

#include "protocol/tini_message.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>
#include <variant>

namespace tini_sim {
namespace {

using clients::Colour;
using std::chrono::milliseconds;

std::minstd_rand seeded(std::uint64_t seed, std::string_view machine)
{
    // The machine's id is part of the seed, so that a board does the same whatever other boards run
    // beside it.
    std::vector<std::uint32_t> words{
        static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)};
    for (const char c : machine) words.push_back(static_cast<unsigned char>(c));
    std::seed_seq sequence(words.begin(), words.end());
    return std::minstd_rand{sequence};
}

std::string seconds_text(milliseconds time)
{
    return fmt::format("{:g} s", std::chrono::duration<double>{time}.count());
}

}  // namespace

Tally& Tally::operator+=(const Tally& other)
{
    acks += other.acks;
    nacks += other.nacks;
    silences += other.silences;
    late_answers += other.late_answers;
    disconnects += other.disconnects;
    forbidden_lines += other.forbidden_lines;
    return *this;
}

Board::Board(Cabinet cabinet, const Behaviour& behaviour)
    : cabinet_{std::move(cabinet)},
      behaviour_{behaviour},
      random_{seeded(behaviour.seed, cabinet_.machine)}
{
}

std::vector<Step> Board::connected()
{
    state_ = State::logging_in;
    const std::string_view blank = behaviour_.spelling == Spelling::pi ? " " : "";
    return {{.bytes = fmt::format("0{}{}\n", blank, cabinet_.password)}};
}

std::vector<Step> Board::heard(std::string_view line)
{
    using namespace protocol::tini;
    if (state_ == State::stuck) return {};
    const auto message = parse_server_message(line);
    if (state_ == State::logging_in) {
        if (std::holds_alternative<LoginAccepted>(message)) return accepted();
        if (std::holds_alternative<LoginRefused>(message)) {
            return {
                {.note = "login refused: the server has no machine with this password and address",
                 .colour = Colour::bad,
                 .alarm = true}};
        }
        return forbidden(line);
    }
    if (std::holds_alternative<StatusRequest>(message)) return {status()};
    // The firmware only takes note of a second answer to its login.
    if (std::holds_alternative<LoginAccepted>(message)) return {};
    if (std::holds_alternative<LoginRefused>(message)) return {};
    if (const auto* request = std::get_if<DropRequest>(&message)) {
        const auto slot = std::ranges::find(
            cabinet_.slots, request->slot, [](const auto& each) { return int{each.number}; });
        if (slot != cabinet_.slots.end()) return drop(*slot);
    }
    return forbidden(line);
}

std::vector<Step> Board::accepted()
{
    state_ = State::ready;
    auto first_status = status();
    first_status.note = "logged in, " + first_status.note;
    first_status.colour = Colour::good;
    return {std::move(first_status), sign_of_life()};
}

std::vector<Step> Board::drop(CabinetSlot& slot)
{
    // Drawn even where it does not matter, so that the n-th drop meets the same fate in every run.
    const auto fate = draw_fate();
    const auto note = [&slot](std::string_view what) {
        return fmt::format("slot {:<3} {}", slot.number, what);
    };
    if (empty(slot)) {
        ++tally_.nacks;
        return {
            {.bytes = "5\n", .note = note("nacked: it is empty"), .colour = Colour::warning},
            status()};
    }

    const auto drop_time = behaviour_.drop_time;
    std::vector<Step> steps;
    if (drop_time > milliseconds{0}) {
        steps.push_back({.note = note("dropping " + seconds_text(drop_time))});
    }
    if (fate != Fate::nack && slot.cans && *slot.cans > 0) --*slot.cans;
    const std::string_view last = empty(slot) ? ", that was the last" : "";
    switch (fate) {
        case Fate::ack:
            ++tally_.acks;
            steps.push_back(
                {.after = drop_time,
                 .bytes = "4\n",
                 .note = note(fmt::format("acked{}", last)),
                 .colour = Colour::good});
            break;
        case Fate::nack:
            ++tally_.nacks;
            steps.push_back(
                {.after = drop_time,
                 .bytes = "5\n",
                 .note = note("nacked"),
                 .colour = Colour::warning});
            break;
        case Fate::silence:
            ++tally_.silences;
            steps.push_back(
                {.after = drop_time,
                 .note = note(fmt::format("dropped, and never answers{}", last)),
                 .colour = Colour::bad});
            return steps;
        case Fate::late:
            ++tally_.late_answers;
            steps.push_back(
                {.after = drop_time + behaviour_.faults.late_by,
                 .bytes = "4\n",
                 .note = note(
                     fmt::format("acked {} late{}", seconds_text(behaviour_.faults.late_by), last)),
                 .colour = Colour::warning});
            break;
        case Fate::disconnect:
            ++tally_.disconnects;
            steps.push_back(
                {.after = drop_time / 2,
                 .note = note(fmt::format("dropped, and the link breaks{}", last)),
                 .colour = Colour::bad,
                 .hangs_up = true});
            return steps;
    }
    steps.push_back(status());
    steps.back().note.clear();
    return steps;
}

std::vector<Step> Board::forbidden(std::string_view line)
{
    ++tally_.forbidden_lines;
    const bool too_early = state_ == State::logging_in;
    if (!too_early) state_ = State::stuck;
    return {
        {.note = fmt::format(
             "the server sent '{}', {}", protocol::printable(line),
             too_early ? "before it had answered the login"
                       : "which stops the reader of a real board: deaf until the link is new"),
         .colour = Colour::bad,
         .alarm = true}};
}

Board::Fate Board::draw_fate()
{
    const auto& faults = behaviour_.faults;
    double draw = std::uniform_real_distribution{}(random_);
    for (const auto& [share, fate] :
         {std::pair{faults.nack, Fate::nack}, std::pair{faults.silence, Fate::silence},
          std::pair{faults.late, Fate::late}, std::pair{faults.disconnect, Fate::disconnect}}) {
        if (draw < share) return fate;
        draw -= share;
    }
    return Fate::ack;
}

bool Board::empty(const CabinetSlot& slot) const
{
    return cabinet_.sensors && (slot.looks_empty || slot.cans == 0);
}

std::string Board::empty_slots() const
{
    std::string text;
    for (const auto& slot : cabinet_.slots) {
        if (empty(slot)) text += fmt::format("{}{}", text.empty() ? "" : ", ", slot.number);
    }
    return text;
}

Step Board::status() const
{
    const bool pi = behaviour_.spelling == Spelling::pi;
    std::string pairs;
    for (const auto& slot : cabinet_.slots) {
        if (!pairs.empty()) pairs += pi ? " ` " : "`";
        pairs += fmt::format("{} {}", slot.number, empty(slot) ? 0 : 1);
    }
    const auto empties = empty_slots();
    return {
        .bytes = pi ? fmt::format("7 {} \n", pairs) : fmt::format("7{}\n", pairs),
        .note =
            empties.empty() ? std::string{"status: no slot is empty"} : "status: empty " + empties,
        .colour = Colour::dim};
}

Step Board::sign_of_life() const
{
    if (!behaviour_.temperature) {
        return {.bytes = "9\n", .note = "keep-alive", .colour = Colour::dim};
    }
    const std::string_view blank = behaviour_.spelling == Spelling::pi ? " " : "";
    return {
        .bytes = fmt::format("8{}{:#}\n", blank, *behaviour_.temperature),
        .note = fmt::format("temperature {:g} F", *behaviour_.temperature),
        .colour = Colour::dim};
}

std::vector<std::string_view> small_writes(std::string_view line)
{
    std::vector<std::string_view> writes;
    const auto take = [&](std::size_t size) {
        if (size > 0) writes.push_back(line.substr(0, size));
        line.remove_prefix(size);
    };
    const bool status = line.starts_with('7');
    take(std::min<std::size_t>(1, line.size()));
    while (!line.empty()) {
        // A status goes out pair by pair with the backquotes apart, any other payload as a whole.
        const auto end = std::min(line.find_first_of(status ? "`\n" : "\n"), line.size());
        take(end);
        take(std::min<std::size_t>(1, line.size()));
    }
    return writes;
}

}  // namespace tini_sim
