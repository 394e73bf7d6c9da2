#pragma once

#include "clients/drink_bench/connection.hpp"
#include "clients/drink_bench/peers.hpp"
#include "clients/drink_bench/schedule.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace drink_bench {

enum class Login { password, ibutton, none };

/// How far a member is set up. From `nowhere` each request is a connection, a login and QUIT.
enum class Stage { nowhere, greeted, logged_in, at_machine };

/// What all members of a run do alike.
struct MemberPlan {
    SocketAddress server;
    Login login = Login::password;
    std::string name = "member#";  ///< In a pattern `#` stands for the member's number, from 0.
    std::string password = "bench";
    std::string machine = "m#";  ///< Here for the machine's.
    std::size_t machines = 1;    ///< The members are spread over so many.
    Stage set_up_to = Stage::at_machine;
    std::vector<std::string> requests;  ///< At a machine: lines, in turns.
    Interval think_time;                ///< From an answer until it is free again.
};

/// A member that speaks Sunday.
class Member final : public Requester, private LineConnection, private Timed {
public:
    /// All but the number must outlive it.
    Member(
        EventLoop& loop, const MemberPlan& plan, PeerEvents& events, Dice& dice,
        std::size_t number);

    void set_up(std::size_t source) override;
    void begin(Time due) override;
    bool is_free() const override;
    std::optional<Time> pending_since() const override;

private:
    /// What the next line of the server answers, or why none is waited for.
    enum class State {
        away,
        greeting,
        naming,
        proving,
        selecting,
        free,
        asking,
        leaving,
        thinking
    };

    void on_line(std::string_view line) override;
    void on_lost(std::string_view why) override;
    void on_time(Time now) override;

    void log_in();
    void be_logged_in();
    void select_machine();
    void be_set_up();
    bool logs_in_each_time() const { return plan_.set_up_to == Stage::nowhere; }
    void answered(int code);
    void think();
    void ask(State state, std::string_view command);
    void refused(std::string_view what, int code, std::string_view line);
    std::string name() const;

    const MemberPlan& plan_;
    PeerEvents& events_;
    Dice& dice_;
    std::size_t number_;
    std::size_t source_ = 0;
    std::size_t next_request_;
    State state_ = State::away;
    Time due_{};
};

}  // namespace drink_bench
