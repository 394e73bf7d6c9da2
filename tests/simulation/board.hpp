#pragma once

#include "protocol/tini_message.hpp"
#include "simulation/dice.hpp"
#include "simulation/peer.hpp"
#include "simulation/timers.hpp"
#include "simulation/wire.hpp"

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace simulation {

/// A board and its cabinet: what it says, what falls, and what it has noted. With trouble it does
/// what boards do: breaks links, is slow, forgets, loses power, sends nonsense.
class Board {
public:
    struct Setup {
        std::string password;
        bool tini2 = false;
        int slots = 1;
        std::size_t notes_max = 64;
        std::chrono::milliseconds ack_timeout{};
    };
    Board(Setup setup, Dice& dice, PeerSurroundings around);

    /// Reads what has arrived, and does what is due.
    void turn(Instant now);
    /// When it does something by itself.
    Instant due() const;

    /// From now on it does all as it should, with its newest firmware.
    void behave(Instant now);
    void lose_power(Instant now);
    /// An ack that nothing asked for. Only where no drop can be under way: nobody could tell it
    /// from that drop's.
    void send_stray_answer();

    const std::shared_ptr<Wire>& wire() const { return wire_; }
    /// How many cans fell for each drop.
    const std::map<DropId, int>& cans() const { return cans_; }
    /// The drops of which it said that it cannot know.
    const std::set<DropId>& unknown() const { return unknown_; }
    /// Nothing is going on here.
    bool at_rest() const { return ready_ && tasks_.empty() && !motor_; }

private:
    // What it was told to do, on the connection that it came on.
    struct Task {
        std::weak_ptr<Wire> from;
        protocol::tini::ServerMessage what;
        Wire::SentDrop truth;  // Of a drop, plain ones too.
    };
    struct Motor {
        Task task;
        Instant ends;
        bool can_falls = true;
        bool silent = false;
    };
    enum class Note { begun, done, refused };

    void connect(Instant now);
    void read(Instant now);
    void take_line(std::string_view line, Instant now);
    void begin(Task task, Instant now);
    void take_drop(Task& task, const protocol::tini::DropRequest& drop);
    void begin_drop(Task task, Instant now);
    void end_motor(Instant now);
    void answer_question(const Task& task);
    bool keep(DropId drop, Note note);
    void say(const std::weak_ptr<Wire>& to, std::string_view bytes);
    void say_status();
    void say_something();
    void leave(Instant now, bool politely);

    const Setup setup_;
    Dice& dice_;
    PeerSurroundings around_;
    bool trouble_ = true;

    std::shared_ptr<Wire> wire_;
    std::string unread_;
    bool ready_ = false;         // The login was accepted.
    bool speaks_tini2_ = false;  // On this connection.
    bool owes_answer_ = false;   // The same: a late one would be believed.
    Instant next_try_ = Timers::start;
    Instant next_words_ = Timers::start;
    std::deque<Task> tasks_;
    std::optional<Motor> motor_;

    // Lasting memory.
    std::map<DropId, Note> notes_;
    std::optional<DropId> floor_;

    std::map<DropId, int> cans_;
    std::set<DropId> unknown_;
};

}  // namespace simulation
