#include "machines/board_link.hpp"

#include <algorithm>
#include <cassert>

namespace machines {

BoardLink::BoardLink(LinkTimes times, Instant now, BoardProtocol protocol)
    : times_{times}, protocol_{protocol}, last_heard_{now}, ready_at_{now + times.first_line_wait}
{
}

bool BoardLink::ready(Instant now) const
{
    // While a status request is unanswered the board may be busy with it, or gone: a board that has
    // been silent for so long gets no drop before it gives a sign of life.
    return state_ == State::idle || (state_ == State::fresh && now >= ready_at_);
}

void BoardLink::drop_sent(DropId drop, Instant now)
{
    assert(ready(now));
    state_ = State::dropping;
    drop_ = drop;
    answer_due_ = now + times_.ack_timeout;
}

void BoardLink::question_sent(DropId drop, Instant now)
{
    assert(ready(now));
    state_ = State::questioned;
    drop_ = drop;
    answer_due_ = now + times_.ack_timeout;
}

void BoardLink::status_asked() { state_ = State::asked; }

void BoardLink::heard(Instant now)
{
    last_heard_ = now;
    if (state_ == State::fresh || state_ == State::asked) state_ = State::idle;
}

std::optional<BoardLink::Answered> BoardLink::take_answer(std::optional<DropId> id)
{
    if (state_ != State::dropping && state_ != State::suspect) return std::nullopt;
    if (protocol_ == BoardProtocol::tini2 && id != drop_) return std::nullopt;
    const Answered answered{.drop = drop_, .late = state_ == State::suspect};
    state_ = State::idle;
    return answered;
}

bool BoardLink::take_outcome(DropId drop)
{
    if (state_ != State::questioned || drop != drop_) return false;
    state_ = State::idle;
    return true;
}

std::optional<DropId> BoardLink::in_flight() const
{
    return state_ == State::dropping ? std::optional{drop_} : std::nullopt;
}

std::optional<DropId> BoardLink::suspect() const
{
    return state_ == State::suspect ? std::optional{drop_} : std::nullopt;
}

BoardLink::Due BoardLink::take_due(Instant now)
{
    if (state_ == State::fresh && now >= ready_at_) state_ = State::idle;
    if (now >= last_heard_ + times_.close_after) return Due::close_silent;
    if (state_ == State::dropping && now >= answer_due_) {
        state_ = State::suspect;
        answer_due_ = now + times_.ack_timeout;
        return Due::timed_out;
    }
    const bool last_wait = state_ == State::suspect || state_ == State::questioned;
    if (last_wait && now >= answer_due_) return Due::close_unanswered;
    if (state_ == State::idle && now >= last_heard_ + times_.ask_after) return Due::ask_status;
    return Due::nothing;
}

Instant BoardLink::next_look() const
{
    const Instant silent = last_heard_ + times_.close_after;
    switch (state_) {
        case State::fresh:
            return std::min(ready_at_, silent);
        case State::idle:
            return last_heard_ + std::min(times_.ask_after, times_.close_after);
        case State::asked:
            return silent;
        case State::dropping:
        case State::suspect:
        case State::questioned:
            return std::min(answer_due_, silent);
    }
    return silent;
}

}  // namespace machines
