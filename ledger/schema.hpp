#pragma once

#include "ledger/sqlite.hpp"

namespace ledger {

/// The version of the tables that this program writes, kept in the file's `user_version`.
int schema_version();

/// The version of a file's tables, 0 for an empty one. Throws Unusable for a file of a newer
/// version or one that is no ledger.
int version_of(sqlite::Database& database);

/// Brings a file to this version, each step in a transaction of its own; makes the tables in an
/// empty file. Throws Unusable as version_of() does.
void migrate(sqlite::Database& database);

/// Throws Unusable unless the file is a ledger, of this version or an older one.
void require_ledger(sqlite::Database& database);
/// Throws Unusable unless the file is a ledger of exactly this version. For readers.
void require_current(sqlite::Database& database);

}  // namespace ledger
