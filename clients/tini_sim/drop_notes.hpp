#pragma once

#include "protocol/tini_message.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace tini_sim {

using protocol::DropId;

/// What a tini 2 board remembers of its drops: the last of them and their outcomes, and of those
/// before only that they are not higher than a floor. docs/tini2.md has the rules. Whoever owns it
/// keeps it durably after every change, before anything else is done.
///
/// `unknown` is the outcome of a drop that was begun and has not ended.
class DropNotes {
public:
    using Outcome = protocol::tini::Outcome;

    /// As many drops are remembered.
    static constexpr std::size_t notes_max = 64;

    /// A drop command came. Nothing when it is new: it is noted as begun, and the motor may run.
    /// Otherwise what the board answers instead; `unknown` = nothing at all.
    std::optional<Outcome> begin(DropId drop);

    /// The motor has stopped: `done` or `refused`, of a drop that was begun.
    void end(const Outcome& outcome);

    /// The answer to the question. What is `unseen` is noted as refused by then.
    Outcome ask(DropId drop);

    /// The notes as a file keeps them, with a checksum.
    std::string format() const;
    /// Nothing for a text that is not whole and unchanged.
    static std::optional<DropNotes> parse(std::string_view text);

    bool operator==(const DropNotes&) const = default;

private:
    void note(const Outcome& outcome);

    std::map<DropId, Outcome> notes_;
    std::optional<DropId> floor_;  // The highest that was ever forgotten; none without notes.
};

}  // namespace tini_sim
