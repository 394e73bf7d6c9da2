#pragma once

#include "clients/drink/failure.hpp"
#include "clients/drink/sunday_client.hpp"

#include <span>
#include <string>
#include <string_view>

namespace drink {

/// The machines as tables for people.
std::string format_tables(std::span<const MachineListing> machines, bool colour);

/// The machines as one line of JSON.
std::string format_json(std::span<const MachineListing> machines);

/// A history as a table for people, with the times of where they are.
std::string format_table(std::span<const protocol::HistoryEntry> history);

/// A history as one line of JSON.
std::string format_json(std::span<const protocol::HistoryEntry> history);

/// A drop that was done.
struct DropOutcome {
    std::string machine;
    protocol::SlotNumber slot = 0;
    std::optional<protocol::Credits> balance;  ///< Nothing where it could not be had.
};

/// A drop that was done as one line of JSON.
std::string format_json(const DropOutcome& outcome);

/// Credits that were given to another member.
struct SendOutcome {
    std::string receiver;
    protocol::Credits credits = 0;
    std::optional<protocol::Credits> balance;  ///< Nothing where it could not be had.
};

/// The same as one line of JSON.
std::string format_json(const SendOutcome& outcome);

/// A failure as one line of JSON.
std::string format_json(const Failure& failure);

/// "1 credit", "250 credits".
std::string format_credits(protocol::Credits credits);

}  // namespace drink
