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

}  // namespace

Tally& Tally::operator+=(const Tally& other)
{
    acks += other.acks;
    nacks += other.nacks;
    silences += other.silences;
    late_answers += other.late_answers;
    disconnects += other.disconnects;
    power_losses += other.power_losses;
    forbidden_lines += other.forbidden_lines;
    return *this;
}

Board::Board(Cabinet cabinet, const Behaviour& behaviour, DropNotes notes)
    : cabinet_{std::move(cabinet)},
      behaviour_{behaviour},
      random_{seeded(behaviour.seed, cabinet_.machine)},
      notes_{std::move(notes)}
{
}

std::vector<Step> Board::connected()
{
    offering_ = behaviour_.tini2 && !std::exchange(offered_in_vain_, false);
    tini2_ = false;
    state_ = State::logging_in;
    const std::string_view blank = behaviour_.spelling == Spelling::pi ? " " : "";
    const std::string_view offer = offering_ ? " 2" : "";
    return {{.bytes = fmt::format("0{}{}{}\n", blank, cabinet_.password, offer)}};
}

std::vector<Step> Board::heard(std::string_view line)
{
    using namespace protocol::tini;
    if (state_ == State::stuck) return {};
    const auto message = parse_server_message(line);
    if (state_ == State::logging_in) {
        const auto* taken = std::get_if<LoginAccepted>(&message);
        const bool with_ids = taken && taken->protocol == protocol::BoardProtocol::tini2;
        if (taken && (!with_ids || offering_)) {
            tini2_ = with_ids;
            return accepted();
        }
        if (std::holds_alternative<LoginRefused>(message)) return refused();
        return forbidden(line);
    }
    if (std::holds_alternative<StatusRequest>(message)) return {status()};
    // The firmware only takes note of a second answer to its login.
    if (std::holds_alternative<LoginAccepted>(message)) return {};
    if (std::holds_alternative<LoginRefused>(message)) return {};
    const auto* question = std::get_if<Question>(&message);
    if (question && tini2_) return asked_about(question->drop);
    const auto* request = std::get_if<DropRequest>(&message);
    if (request && request->drop.has_value() == tini2_) {
        const auto slot = std::ranges::find(
            cabinet_.slots, request->slot, [](const auto& each) { return int{each.number}; });
        if (slot != cabinet_.slots.end()) return drop({.slot = *slot, .id = request->drop});
    }
    return forbidden(line);
}

std::vector<Step> Board::accepted()
{
    state_ = State::ready;
    auto first_status = status();
    first_status.note =
        fmt::format("logged in{}, {}", tini2_ ? " with tini 2" : "", first_status.note);
    first_status.colour = Colour::good;
    return {std::move(first_status), sign_of_life()};
}

void Board::login_unanswered() { offered_in_vain_ = offering_; }

std::vector<Step> Board::refused()
{
    if (offering_) {
        offered_in_vain_ = true;
        return {
            {.note = "login refused with the offer of tini 2: the next one is without",
             .colour = Colour::warning}};
    }
    return {
        {.note = "login refused: the server has no machine with this password and address",
         .colour = Colour::bad,
         .alarm = true}};
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
