#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace machines {

/// Where a drop stands. A drop is opened by its reservation and ends in a settled state, once.
enum class DropState : std::uint8_t {
    reserved = 1,   ///< Credits and item are held. It may have been sent: that is not written down.
    in_doubt,       ///< It was sent, or may have been, and its outcome is not known. Still held.
    dispensed,      ///< The credits moved to the house, the item left the stock.
    refused,        ///< The board refused: credits and item are released.
    refunded,       ///< Settled without charge after a doubt: the item is written off.
    cancelled,      ///< Taken back by the member before it was sent: both are released.
    not_delivered,  ///< Never handed to a board: both are released.
};

/// What can happen to an open drop.
enum class DropEvent : std::uint8_t {
    acked = 1,  ///< The board answered that it dropped, in time or late.
    nacked,     ///< The board answered that it did not.
    lost,       ///< No answer in time, or the connection broke, or the daemon was restarted.
    withdrawn,  ///< The member took it back during the delay.
    not_sent,   ///< It could not be handed to the board.
    charged,    ///< An admin or the policy decided that a drop in doubt is to be paid.
    refunded,   ///< An admin or the policy decided that it is not.
};

/// The state after an event, or nothing when the event changes nothing: a settled drop stays as it
/// is, whoever comes second.
std::optional<DropState> next_state(DropState state, DropEvent event);

constexpr bool is_settled(DropState state) { return state > DropState::in_doubt; }

/// What a settled state does with what was held. An item that neither leaves nor returns to what
/// can be sold does not exist: it leaves also when it is written off.
struct Settlement {
    bool charged = false;
    bool item_left = false;
};
Settlement settlement_of(DropState settled);

/// The name of a state as the ledger, logs and JSON spell it, and back.
std::string_view name_of(DropState state);
std::optional<DropState> parse_drop_state(std::string_view name);

}  // namespace machines
