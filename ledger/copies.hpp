#pragma once

#include "ledger/lock.hpp"

#include <filesystem>

/// Copies of a whole ledger, made through SQLite's backup interface and never by copying the file:
/// part of the truth may be in the write-ahead log beside it.
namespace ledger {

/// Writes a consistent copy of a ledger, which may be in use, to a new file. The copy is there in
/// one step, complete and on the disk, or not at all. Throws Unusable; `copy` must not exist.
void back_up(const std::filesystem::path& ledger_file, const std::filesystem::path& copy);

/// Replaces the contents of a ledger by those of a backup, which must pass every check of verify().
/// Needs the ledger's lock, so no daemon can be running. Throws Unusable; the ledger is then as it
/// was.
void restore(
    const std::filesystem::path& backup, const std::filesystem::path& ledger_file,
    const Lock& lock);

}  // namespace ledger
