// The simulated board says what docs/tini2.md lets a board say.
#include "clients/tini_sim/board.hpp"
#include "protocol/tini_message.hpp"
#include "support/catch.hpp"
#include "support/conversations.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <sstream>

using protocol::DropId;
using support::Conversation;
using support::Utterance;
using tini_sim::Board;

namespace {

using Who = Utterance::Who;
using Lines = std::span<const Utterance>;

// What the page lets become of a drop, by what the board says of it further on. Nothing when the
// board does not see the command at all.
std::optional<tini_sim::Behaviour> fate(DropId drop, Lines further_on)
{
    using namespace protocol::tini;
    tini_sim::Behaviour behaviour{.tini2 = true};
    for (const auto& line : further_on) {
        if (line.who != Who::board) continue;
        const auto message = parse_board_message(line.text);
        const auto* nack = std::get_if<Nack>(&message);
        const auto* outcome = std::get_if<Outcome>(&message);
        if (outcome && outcome->drop != drop) outcome = nullptr;
        if (outcome && outcome->what == Outcome::What::unseen) return std::nullopt;
        if (outcome && outcome->what == Outcome::What::unknown) behaviour.faults.power_loss = 1;
        const bool nacked = nack && nack->drop == drop;
        if (nacked || (outcome && outcome->what == Outcome::What::refused)) {
            behaviour.faults.nack = 1;
            behaviour.nack_reason = nacked ? nack->reason : outcome->reason;
        }
    }
    return behaviour;
}

// All that the board says but for its temperature, line by line.
std::vector<std::string> said(const std::vector<tini_sim::Step>& steps)
{
    std::vector<std::string> lines;
    for (const auto& step : steps) {
        if (step.bytes.empty() || step.bytes.starts_with('8')) continue;
        REQUIRE(step.bytes.ends_with('\n'));
        lines.push_back(step.bytes.substr(0, step.bytes.size() - 1));
    }
    return lines;
}

void play(Lines page)
{
    tini_sim::Behaviour behaviour{.tini2 = true};
    Board board{
        {.machine = "d", .password = "secret", .slots = {{.number = 1}, {.number = 2}}}, behaviour};
    std::vector<std::string> unheard;
    for (auto line = page.begin(); line != page.end(); ++line) {
        CAPTURE(line->text);
        if (line->who == Who::event) {
            unheard.clear();  // It went into a link that is broken.
            continue;
        }
        if (line->who == Who::board) {
            if (line->text.starts_with('0')) unheard = said(board.connected());
            REQUIRE_FALSE(unheard.empty());
            CHECK(unheard.front() == line->text);
            unheard.erase(unheard.begin());
            continue;
        }
        CHECK(unheard.empty());
        const auto message = protocol::tini::parse_server_message(line->text);
        const auto* request = std::get_if<protocol::tini::DropRequest>(&message);
        const auto drop = request ? request->drop : std::nullopt;
        const auto next = drop ? fate(*drop, {line, page.end()}) : behaviour;
        if (!next) continue;
        behaviour = *next;
        unheard = said(board.heard(line->text));
    }
    CHECK(unheard.empty());
}

}  // namespace

TEST_CASE("tini 2: the simulated board holds its side of the page's conversations")
{
    const auto page =
        support::conversations_of(std::filesystem::path{PROJECT_FOLDER} / "docs" / "tini2.md");
    REQUIRE(page.size() >= 6);
    for (const auto& conversation : page) {
        INFO(conversation.title);
        play(conversation.lines);
    }
}
