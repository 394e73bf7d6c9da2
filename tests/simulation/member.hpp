#pragma once

#include "simulation/dice.hpp"
#include "simulation/peer.hpp"
#include "simulation/timers.hpp"
#include "simulation/wire.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace simulation {

/// How the daemon says that a drop ended, before it replies.
struct Ended {
    DropId drop{};
    std::string state;
};

/// One connection of a member at a time, again and again: logs in, asks for drinks and other
/// things, sometimes many at once, and holds each reply against what the daemon said of the drop.
class Member {
public:
    struct Setup {
        std::string name;
        std::string password;
        std::string ibutton;
        bool delays = false;
        std::vector<std::string> machines;
        int slots = 1;
    };
    Member(Setup setup, Dice& dice, PeerSurroundings around);

    void turn(Instant now);
    Instant due() const { return next_; }

    /// From now on only reads what it asked for.
    void behave()
    {
        trouble_ = false;
        reads_ = true;
    }
    /// Everything that it asked a living daemon for was answered.
    bool at_rest() const { return !wire_ || wire_->is_lost() || (has_banner_ && asked_.empty()); }

    const std::shared_ptr<Wire>& wire() const { return wire_; }
    const std::string& name() const { return setup_.name; }
    bool delays() const { return setup_.delays; }
    /// Its connection's number in the daemon's log.
    void set_session(std::int64_t session) { session_ = session; }
    /// A drop of that connection ended; the reply to it is what is sent next.
    void ended(std::int64_t session, Ended drop)
    {
        if (wire_ && session == session_) ended_[wire_->sent()] = std::move(drop);
    }

private:
    void connect(Instant now);
    void leave(Instant now);
    void ask_something();
    void ask(const std::string& line);
    void read();
    void take_line(std::string_view line, std::size_t at);
    void hold_against(const Ended& drop, std::string_view reply);

    const Setup setup_;
    Dice& dice_;
    PeerSurroundings around_;
    bool trouble_ = true;

    std::shared_ptr<Wire> wire_;
    std::int64_t session_ = 0;
    Instant next_ = Timers::start;
    bool has_banner_ = false;
    bool reads_ = true;
    std::string unread_;
    std::size_t read_ = 0;  // Bytes in lines that were taken.
    std::deque<std::string> asked_;
    std::map<std::size_t, Ended> ended_;  // By where in the stream the reply begins.
};

}  // namespace simulation
