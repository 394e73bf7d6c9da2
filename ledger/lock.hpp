#pragma once

#include <filesystem>
#include <optional>
#include <utility>

namespace ledger {

/// The right to write to a ledger. Held by the daemon for as long as it runs, or by a command line
/// tool for one change; two at once are impossible, also after a crash (the system lets go of it
/// with the process). It is a lock on the file `<ledger>.lock`, not on the database: closing any
/// descriptor of the database would free SQLite's own locks on it.
class Lock {
public:
    /// Nothing when another process has it. Throws Unusable when the lock file cannot be opened.
    static std::optional<Lock> try_take(const std::filesystem::path& ledger_file);

    Lock(Lock&& other) noexcept : descriptor_{std::exchange(other.descriptor_, -1)} {}
    Lock& operator=(Lock&&) = delete;
    ~Lock();

private:
    explicit Lock(int descriptor) : descriptor_{descriptor} {}

    int descriptor_;
};

}  // namespace ledger
