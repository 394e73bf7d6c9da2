#pragma once

#include <cstdint>
#include <filesystem>

/// Gives a new ledger a past: so many drops of one credit each, settled and paid, in turns by its
/// first `members` accounts and all of its first slot. Millions take seconds. The members must have
/// the credits. Throws ledger::sqlite::Error.
void add_past_drops(const std::filesystem::path& file, std::int64_t members, std::int64_t drops);
