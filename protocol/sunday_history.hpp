#pragma once

#include "protocol/codes.hpp"
#include "protocol/words.hpp"

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

/// The reply to HISTORY, byte for byte in either dialect, and how a client reads it.
namespace protocol {

/// A drop as its member sees it.
struct DropEntry {
    DropId drop{};
    std::string machine;  ///< Its id.
    SlotNumber slot = 0;
    std::string item;
    Credits price = 0;
    std::string state;  ///< One word, as the ledger spells it.

    bool operator==(const DropEntry&) const = default;
};

/// Credits that came or, negative, went otherwise than by a drop.
struct TransferEntry {
    Credits credits = 0;
    std::string reason;

    bool operator==(const TransferEntry&) const = default;
};

struct HistoryEntry {
    std::chrono::sys_seconds at;
    std::variant<DropEntry, TransferEntry> what;

    bool operator==(const HistoryEntry&) const = default;
};

/// How many entries HISTORY gives when it is not told, and at most.
inline constexpr int history_entries = 10;
inline constexpr int history_entries_max = 100;

/// Such as 2012-02-22T00:07:37Z.
std::string format_time(std::chrono::sys_seconds time);

/// A whole reply. What an administrator gave as a reason may be anything: a double quote, a control
/// character or the rest of a long one is not written as it is.
std::string format_history(Dialect dialect, std::span<const HistoryEntry> entries);

/// Reads one line of the reply but the last, or nothing when it is not one.
std::optional<HistoryEntry> parse_history_entry(std::string_view line);

}  // namespace protocol
