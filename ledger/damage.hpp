#pragma once

#include "ledger/sqlite.hpp"
#include "ledger/unusable.hpp"

#include <string>

namespace ledger {

/// What is said of a damaged ledger: what was found, and what to do.
Unusable damaged(const std::string& what);

/// Looks for damage before a ledger is used, and throws Unusable when it finds some. Reads all of a
/// file of up to that size, and of a larger one the tables that are loaded, so that a start takes
/// seconds.
void refuse_damage(sqlite::Database& database, std::int64_t read_whole_bytes_max = 67'108'864);

}  // namespace ledger
