#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace ledger {

/// One rule, held against the whole file.
struct Check {
    std::string rule;
    std::int64_t looked_at = 0;           ///< How many rows it was held against.
    std::vector<std::string> violations;  ///< The first few of them, in words.

    bool holds() const { return violations.empty(); }
};

/// Recomputes every balance, hold and stock figure of a ledger from its transfers, drops and stock
/// changes, and holds every rule against the result. Reads one consistent state, beside a running
/// daemon too. Throws Unusable for a file that cannot be read as a ledger.
std::vector<Check> verify(const std::filesystem::path& file);

/// Whether every rule held.
bool all_hold(const std::vector<Check>& checks);

}  // namespace ledger
