#include "clients/tini_sim/drop_notes.hpp"

#include <boost/crc.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <variant>

namespace tini_sim {
namespace {

using What = protocol::tini::Outcome::What;

constexpr std::string_view title = "tini-sim notes 1\n";
constexpr std::string_view floor_word = "floor ";

std::string checksum_line(std::string_view text)
{
    boost::crc_32_type checksum;
    checksum.process_bytes(text.data(), text.size());
    return fmt::format("crc {:08x}\n", checksum.checksum());
}

// Up to the line end, which is taken too.
std::string_view take_line(std::string_view& text)
{
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    return line;
}

}  // namespace

std::optional<DropNotes::Outcome> DropNotes::begin(DropId drop)
{
    const auto noted = notes_.find(drop);
    if (noted != notes_.end()) return noted->second;
    if (!floor_) floor_ = DropId{protocol::number(drop) - 1};
    // The server sends an id once, so a drop that is older than the notes was never done here. It
    // can not be noted any more, and what is not noted must not be done.
    const Outcome refused{.drop = drop, .what = What::refused};
    if (drop <= *floor_) return refused;
    note({.drop = drop, .what = What::unknown});
    if (!notes_.contains(drop)) return refused;
    return std::nullopt;
}

void DropNotes::end(const Outcome& outcome) { notes_.at(outcome.drop) = outcome; }

DropNotes::Outcome DropNotes::ask(DropId drop)
{
    const auto noted = notes_.find(drop);
    if (noted != notes_.end()) return noted->second;
    if (!floor_ || drop <= *floor_) return {.drop = drop, .what = What::unknown};
    note({.drop = drop, .what = What::refused});
    return {.drop = drop, .what = What::unseen};
}

std::string DropNotes::format() const
{
    std::string text{title};
    if (floor_) text += fmt::format("{}{}\n", floor_word, protocol::number(*floor_));
    for (const auto& [drop, outcome] : notes_) text += protocol::tini::format_outcome(outcome);
    return text + checksum_line(text);
}

std::optional<DropNotes> DropNotes::parse(std::string_view text)
{
    const auto checksum_size = checksum_line("").size();
    if (text.size() < checksum_size) return std::nullopt;
    auto body = text.substr(0, text.size() - checksum_size);
    if (text.substr(body.size()) != checksum_line(body)) return std::nullopt;
    if (!body.starts_with(title)) return std::nullopt;
    body.remove_prefix(title.size());

    DropNotes notes;
    if (body.starts_with(floor_word)) {
        const auto floor =
            protocol::parse_number<std::int64_t>(take_line(body).substr(floor_word.size()));
        if (!floor) return std::nullopt;
        notes.floor_ = DropId{*floor};
    }
    while (!body.empty()) {
        const auto message = protocol::tini::parse_board_message(take_line(body));
        const auto* outcome = std::get_if<Outcome>(&message);
        if (!outcome) return std::nullopt;
        notes.notes_.emplace(outcome->drop, *outcome);
    }
    return notes;
}

void DropNotes::note(const Outcome& outcome)
{
    notes_.emplace(outcome.drop, outcome);
    if (notes_.size() <= notes_max) return;
    const auto lowest = notes_.begin();
    floor_ = lowest->first;
    notes_.erase(lowest);
}

}  // namespace tini_sim
