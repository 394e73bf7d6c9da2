#include "clients/drink_bench/member.hpp"

#include "clients/drink_bench/numbered.hpp"
#include "protocol/sunday_reply.hpp"
#include "protocol/words.hpp"

#include <fmt/format.h>

namespace drink_bench {

using protocol::Reply;

Member::Member(
    EventLoop& loop, const MemberPlan& plan, PeerEvents& events, Dice& dice, std::size_t number)
    : LineConnection{loop},
      plan_{plan},
      events_{events},
      dice_{dice},
      number_{number},
      next_request_{number}
{
}

void Member::set_up(std::size_t source)
{
    source_ = source;
    due_ = Clock::now();
    if (logs_in_each_time()) return be_set_up();
    state_ = State::greeting;
    connect(plan_.server, source_);
}

void Member::begin(Time due)
{
    due_ = due;
    if (logs_in_each_time()) {
        state_ = State::greeting;
        return connect(plan_.server, source_);
    }
    ask(State::asking, plan_.requests[next_request_++ % plan_.requests.size()]);
}

bool Member::is_free() const { return state_ == State::free; }

std::optional<Time> Member::pending_since() const
{
    const bool pending = state_ == State::asking || state_ == State::greeting ||
                         state_ == State::naming || state_ == State::proving;
    return pending ? std::optional{due_} : std::nullopt;
}

void Member::on_line(std::string_view line)
{
    const auto reply = protocol::parse_reply(line);
    const bool refusal = reply.kind == Reply::Kind::error;
    switch (state_) {
        case State::greeting:
            return refusal ? refused("was not let in", reply.code, line) : log_in();
        case State::naming:
            if (refusal) return refused("cannot log in", reply.code, line);
            return ask(State::proving, fmt::format("PASS {}\n", plan_.password));
        case State::proving:
            return refusal ? refused("cannot log in", reply.code, line) : be_logged_in();
        case State::selecting:
            return refusal ? refused("cannot select its machine", reply.code, line) : be_set_up();
        case State::asking:
            if (reply.kind == Reply::Kind::other) return;  // A row of STAT.
            answered(reply.code);
            return think();
        case State::away:
        case State::free:
        case State::leaving:
        case State::thinking:
            return;  // A last word, such as that it was silent for too long.
    }
}

void Member::log_in()
{
    if (plan_.set_up_to == Stage::greeted) return be_set_up();
    switch (plan_.login) {
        case Login::password:
            return ask(State::naming, fmt::format("USER {}\n", name()));
        case Login::ibutton:
            return ask(State::proving, fmt::format("IBUTTON {:016X}\n", number_ + 1));
        case Login::none:
            return be_logged_in();
    }
}

void Member::be_logged_in()
{
    if (logs_in_each_time()) {
        answered(0);
        return ask(State::leaving, "QUIT\n");
    }
    return plan_.set_up_to == Stage::logged_in ? be_set_up() : select_machine();
}

void Member::select_machine()
{
    const auto machine = numbered(plan_.machine, number_ % plan_.machines);
    ask(State::selecting, fmt::format("MACHINE {}\n", machine));
}

void Member::be_set_up()
{
    state_ = State::free;
    events_.on_set_up(Clock::now() - due_);
    events_.on_free(*this);
}

void Member::answered(int code) { events_.on_answer(number_, due_, code); }

void Member::think()
{
    const auto time = plan_.think_time.pick(dice_);
    if (time == Clock::duration{0}) {
        state_ = State::free;
        return events_.on_free(*this);
    }
    state_ = State::thinking;
    loop().call_at(Clock::now() + time, *this);
}

void Member::on_time(Time)
{
    if (state_ != State::thinking) return;  // It was disconnected meanwhile.
    state_ = State::free;
    events_.on_free(*this);
}

void Member::ask(State state, std::string_view command)
{
    state_ = state;
    send(command);
}

void Member::refused(std::string_view what, int code, std::string_view line)
{
    if (logs_in_each_time()) {
        answered(code);
        return ask(State::leaving, "QUIT\n");
    }
    close();
    state_ = State::away;
    events_.on_gone(
        fmt::format("{} {}: the server said \"{}\"", name(), what, protocol::printable(line)));
}

void Member::on_lost(std::string_view why)
{
    if (state_ == State::leaving) return think();
    state_ = State::away;
    events_.on_gone(fmt::format("{} lost its connection: {}", name(), why));
}

std::string Member::name() const { return numbered(plan_.name, number_); }

}  // namespace drink_bench
