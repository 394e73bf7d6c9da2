#pragma once

#include "ledger/sqlite.hpp"

#include <filesystem>

namespace ledger {

/// Opens a ledger for reading, beside a running daemon too. Throws Unusable when it is missing,
/// cannot be read or is not a ledger of this version.
sqlite::Database open_read_only(const std::filesystem::path& file);

}  // namespace ledger
