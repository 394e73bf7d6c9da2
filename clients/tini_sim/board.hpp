#pragma once

#include "clients/common/terminal.hpp"
#include "clients/tini_sim/drop_notes.hpp"
#include "protocol/codes.hpp"
#include "protocol/words.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace tini_sim {

using protocol::SlotNumber;

/// The two families of boards, which put blanks in different places.
enum class Spelling { tini, pi };

/// How often a drop goes wrong. Each is a share of all drops; together they are at most 1.
struct Faults {
    double nack = 0;
    double silence = 0;     ///< The can falls, and no answer is ever sent.
    double late = 0;        ///< The answer comes `late_by` after its time.
    double disconnect = 0;  ///< The link breaks in the middle of the drop; the can falls.
    double power_loss = 0;  ///< The power fails in the middle; every other can falls.
    std::chrono::milliseconds late_by{30'000};
};

/// What all boards of a run have in common.
struct Behaviour {
    Spelling spelling = Spelling::tini;
    std::chrono::milliseconds drop_time{1'500};
    Faults faults{};
    bool tini2 = false;  ///< Offers it with every login but the one after an offer in vain.
    /// What a nack says on a tini 2 link when it is a fault; `board_refused` = nothing.
    protocol::Refusal nack_reason = protocol::Refusal::board_refused;
    /// Degrees Fahrenheit. Nothing = no such sensor: the board sends keep-alives instead.
    std::optional<double> temperature = 38.75;
    std::uint64_t seed = 0;
};

struct CabinetSlot {
    SlotNumber number = 0;
    std::optional<std::int64_t> cans{};  ///< Nothing = it never runs out.
    bool looks_empty = false;            ///< Its sensor says empty, whatever is in it.
};

/// The machine around a board.
struct Cabinet {
    std::string machine{};
    std::string password{};
    bool sensors = true;  ///< Without, every slot counts as filled and every motor is driven.
    std::vector<CabinetSlot> slots{};
};

/// One thing that a board does, after the one before it.
struct Step {
    std::chrono::milliseconds after{0};
    std::optional<DropNotes> notes{};  ///< To be kept before the rest of this step is done.
    std::string bytes{};               ///< One whole line to send, or nothing.
    std::string note{};                ///< For the viewer, or nothing.
    clients::Colour colour = clients::Colour::plain;
    bool alarm = false;  ///< The note matters even to a viewer who wants quiet.
    bool hangs_up = false;
};

/// How the drops of one board went. Each is counted once, when it begins.
struct Tally {
    std::int64_t acks = 0;  ///< In time.
    std::int64_t nacks = 0;
    std::int64_t silences = 0;
    std::int64_t late_answers = 0;
    std::int64_t disconnects = 0;
    std::int64_t power_losses = 0;
    std::int64_t forbidden_lines = 0;  ///< Not drops: lines that no server may send.

    std::int64_t drops() const
    {
        return acks + nacks + silences + late_answers + disconnects + power_losses;
    }
    Tally& operator+=(const Tally& other);
};

/// What a board decides: a line of the server in, steps out. It knows no socket and no clock.
///
/// Like the firmware it does one thing at a time: whoever drives it carries out all steps of one
/// call before the next call of heard(), so that a status request waits for the drop before it.
/// What happens depends on the seed, the machine's id and the order of the lines alone.
class Board {
public:
    /// `behaviour` must outlive the board. `notes` are those of the last time, or new ones.
    Board(Cabinet cabinet, const Behaviour& behaviour, DropNotes notes = {});

    /// A new link stands: the login.
    std::vector<Step> connected();
    /// The server let the login wait for too long: the link is given up.
    void login_unanswered();
    /// A line from the server, without its end.
    std::vector<Step> heard(std::string_view line);
    /// What the board says every now and then while it is logged in, drop or no drop.
    Step sign_of_life() const;

    bool logged_in() const { return state_ != State::logging_in; }
    const std::string& machine() const { return cabinet_.machine; }
    const Tally& tally() const { return tally_; }

private:
    enum class State {
        logging_in,
        ready,
        stuck,  // The reader died of a line that no server may send; only a new link helps.
    };
    enum class Fate {
        ack,
        nack,
        silence,
        late,
        disconnect,
        power_loss_before_can,
        power_loss_after_can,
    };

    std::vector<Step> accepted();
    std::vector<Step> refused();
    /// A drop on its way; with an id on a tini 2 link.
    struct Drop {
        CabinetSlot& slot;
        std::optional<DropId> id;
    };
    std::vector<Step> drop(const Drop& drop);
    std::vector<Step> drop_anew(const Drop& drop);
    std::vector<Step> drop_from_empty(const Drop& drop);
    std::vector<Step> drop_by_fate(const Drop& drop, Fate fate);
    std::vector<Step> answer_from_notes(const Drop& drop, const DropNotes::Outcome& outcome);
    std::optional<DropNotes> end(const Drop& drop, protocol::Refusal refusal);
    std::optional<DropNotes> end(const Drop& drop);
    std::vector<Step> asked_about(DropId id);
    std::vector<Step> forbidden(std::string_view line);
    Fate draw_fate();
    bool empty(const CabinetSlot& slot) const;
    std::string empty_slots() const;
    Step status() const;

    Cabinet cabinet_;
    const Behaviour& behaviour_;
    std::minstd_rand random_;
    State state_ = State::logging_in;
    bool offering_ = false;         // Tini 2, with the last login.
    bool offered_in_vain_ = false;  // So the next login is plain.
    bool tini2_ = false;            // The offer was taken: drops have ids on this link.
    DropNotes notes_;
    Tally tally_;
};

/// A line cut as the firmware writes it: opcode, pieces of the payload and line end apart.
std::vector<std::string_view> small_writes(std::string_view line);

}  // namespace tini_sim
