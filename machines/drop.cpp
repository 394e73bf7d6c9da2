#include "machines/drop.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace machines {
namespace {

constexpr std::pair<DropState, std::string_view> names[] = {
    {DropState::reserved, "reserved"},           {DropState::in_doubt, "in_doubt"},
    {DropState::dispensed, "dispensed"},         {DropState::refused, "refused"},
    {DropState::refunded, "refunded"},           {DropState::cancelled, "cancelled"},
    {DropState::not_delivered, "not_delivered"},
};

}  // namespace

std::optional<DropState> next_state(DropState state, DropEvent event)
{
    if (is_settled(state)) return std::nullopt;
    const bool doubt = state == DropState::in_doubt;
    switch (event) {
        case DropEvent::acked:
            return DropState::dispensed;
        case DropEvent::nacked:
            return DropState::refused;
        case DropEvent::lost:
            return doubt ? std::nullopt : std::optional{DropState::in_doubt};
        case DropEvent::withdrawn:
            return doubt ? std::nullopt : std::optional{DropState::cancelled};
        case DropEvent::not_sent:
            return doubt ? std::nullopt : std::optional{DropState::not_delivered};
        case DropEvent::charged:
            return doubt ? std::optional{DropState::dispensed} : std::nullopt;
        case DropEvent::refunded:
            return doubt ? std::optional{DropState::refunded} : std::nullopt;
    }
    return std::nullopt;
}

Settlement settlement_of(DropState settled)
{
    return {
        .charged = settled == DropState::dispensed,
        .item_left = settled == DropState::dispensed || settled == DropState::refunded,
    };
}

std::string_view name_of(DropState state)
{
    return std::ranges::find(names, state, [](const auto& row) { return row.first; })->second;
}

std::optional<DropState> parse_drop_state(std::string_view name)
{
    const auto row = std::ranges::find(names, name, [](const auto& pair) { return pair.second; });
    if (row == std::end(names)) return std::nullopt;
    return row->first;
}

}  // namespace machines
