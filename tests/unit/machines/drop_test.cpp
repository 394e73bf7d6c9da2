#include "machines/drop.hpp"

#include "support/catch.hpp"

#include <optional>
#include <string>

using machines::DropEvent;
using machines::DropState;
using machines::next_state;

namespace {

constexpr DropState all_states[] = {
    DropState::reserved, DropState::in_doubt,  DropState::dispensed,     DropState::refused,
    DropState::refunded, DropState::cancelled, DropState::not_delivered,
};
constexpr DropEvent all_events[] = {
    DropEvent::acked,    DropEvent::nacked,  DropEvent::lost,     DropEvent::withdrawn,
    DropEvent::not_sent, DropEvent::charged, DropEvent::refunded,
};

constexpr std::optional<DropState> stays;

struct Transition {
    DropEvent event;
    std::optional<DropState> next;
};

}  // namespace

TEST_CASE("drop: a reserved drop ends as the board, the member or the machine says")
{
    constexpr Transition table[] = {
        {DropEvent::acked, DropState::dispensed},
        {DropEvent::nacked, DropState::refused},
        {DropEvent::lost, DropState::in_doubt},
        {DropEvent::withdrawn, DropState::cancelled},
        {DropEvent::not_sent, DropState::not_delivered},
        {DropEvent::charged, stays},
        {DropEvent::refunded, stays},
    };
    for (const auto& [event, next] : table) {
        CAPTURE(static_cast<int>(event));
        REQUIRE(next_state(DropState::reserved, event) == next);
    }
}

TEST_CASE("drop: a drop in doubt ends by a late answer or by a decision")
{
    constexpr Transition table[] = {
        {DropEvent::acked, DropState::dispensed},
        {DropEvent::nacked, DropState::refused},
        {DropEvent::lost, stays},
        {DropEvent::withdrawn, stays},
        {DropEvent::not_sent, stays},
        {DropEvent::charged, DropState::dispensed},
        {DropEvent::refunded, DropState::refunded},
    };
    for (const auto& [event, next] : table) {
        CAPTURE(static_cast<int>(event));
        REQUIRE(next_state(DropState::in_doubt, event) == next);
    }
}

TEST_CASE("drop: nothing happens to a settled drop")
{
    for (const auto state : all_states) {
        if (!machines::is_settled(state)) continue;
        for (const auto event : all_events) {
            CAPTURE(machines::name_of(state), static_cast<int>(event));
            REQUIRE(next_state(state, event) == stays);
        }
    }
}

TEST_CASE("drop: only a reserved drop and one in doubt are open")
{
    for (const auto state : all_states) {
        CAPTURE(machines::name_of(state));
        const bool open = state == DropState::reserved || state == DropState::in_doubt;
        REQUIRE(machines::is_settled(state) == !open);
    }
}

TEST_CASE("drop: only a dispensed drop is charged")
{
    for (const auto state : all_states) {
        if (!machines::is_settled(state)) continue;
        CAPTURE(machines::name_of(state));
        REQUIRE(machines::settlement_of(state).charged == (state == DropState::dispensed));
    }
}

TEST_CASE("drop: the item leaves the stock when it was dispensed or written off")
{
    for (const auto state : all_states) {
        if (!machines::is_settled(state)) continue;
        CAPTURE(machines::name_of(state));
        const bool leaves = state == DropState::dispensed || state == DropState::refunded;
        REQUIRE(machines::settlement_of(state).item_left == leaves);
    }
}

TEST_CASE("drop: the name of each state leads back to it")
{
    for (const auto state : all_states) {
        const auto name = machines::name_of(state);
        CAPTURE(name);
        REQUIRE_FALSE(name.empty());
        REQUIRE(machines::parse_drop_state(name) == state);
    }
}

TEST_CASE("drop: a text that names no state is none")
{
    for (const std::string text : {"", "sent", "Reserved", "in doubt"}) {
        CAPTURE(text);
        REQUIRE_FALSE(machines::parse_drop_state(text).has_value());
    }
}
