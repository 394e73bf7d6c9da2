#pragma once

#include "ledger/lock.hpp"

#include <filesystem>
#include <optional>

/// Copies of a whole ledger, made through SQLite's backup interface and never by copying the file:
/// part of the truth may be in the write-ahead log beside it.
namespace ledger {

/// Writes a consistent copy of a ledger, which may be in use, to a new file. The copy is there in
/// one step, complete and on the disk, or not at all. Throws Unusable; `copy` must not exist.
void back_up(const std::filesystem::path& ledger_file, const std::filesystem::path& copy);

/// Replaces the contents of a ledger by those of a backup, of this version or an older one, which
/// must pass every check of verify(). Needs the ledger's lock, so no daemon can be running. What is
/// there and cannot be used as a ledger is kept under another name, which is given. Throws
/// Unusable; the ledger is then as it was.
std::optional<std::filesystem::path> restore(
    const std::filesystem::path& backup, const std::filesystem::path& ledger_file,
    const Lock& lock);

}  // namespace ledger
