#include "ledger/copies.hpp"

#include "ledger/ledger.hpp"
#include "ledger/read_only.hpp"
#include "ledger/schema.hpp"
#include "ledger/unusable.hpp"
#include "ledger/verify.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <unistd.h>

namespace ledger {
namespace {

// All pages in one step: the source is read as of one moment.
void copy_pages(sqlite::Database& from, sqlite::Database& to)
{
    sqlite3_backup* backup = sqlite3_backup_init(to.handle(), "main", from.handle(), "main");
    if (!backup) throw sqlite::Error{sqlite3_errcode(to.handle()), sqlite3_errmsg(to.handle())};
    constexpr int all_pages = -1;
    const int step = sqlite3_backup_step(backup, all_pages);
    const int finish = sqlite3_backup_finish(backup);
    if (step != SQLITE_DONE) throw sqlite::Error{step, sqlite3_errstr(step)};
    if (finish != SQLITE_OK) throw sqlite::Error{finish, sqlite3_errstr(finish)};
}

[[noreturn]] void fail(const std::filesystem::path& file)
{
    throw Unusable{file.string() + ": " + std::strerror(errno)};
}

// A file, or the names in a folder, survive a power cut once they were synced.
void sync(const std::filesystem::path& path, int flags)
{
    const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC);
    if (descriptor < 0) fail(path);
    const int result = ::fsync(descriptor);
    ::close(descriptor);
    if (result != 0) fail(path);
}

}  // namespace

sqlite::Database open_read_only(const std::filesystem::path& file)
{
    if (!std::filesystem::exists(file)) throw Unusable{"there is no such file"};
    try {
        sqlite::Database database{file, sqlite::Database::Mode::read_only};
        require_current(database);
        return database;
    } catch (const sqlite::Error& error) {
        throw Unusable{error.what()};
    }
}

void back_up(const std::filesystem::path& ledger_file, const std::filesystem::path& copy)
{
    auto from = open_read_only(ledger_file);
    if (std::filesystem::exists(copy)) {
        throw Unusable{copy.string() + " exists already; a backup never overwrites"};
    }
    auto unfinished = copy;
    unfinished += ".unfinished";
    // Password hashes are in it.
    const int descriptor = ::open(unfinished.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (descriptor < 0) fail(unfinished);
    ::close(descriptor);
    try {
        {
            sqlite::Database to{unfinished, sqlite::Database::Mode::read_write};
            copy_pages(from, to);
            // A backup is one file, without a write-ahead log beside it.
            to.execute("PRAGMA journal_mode = DELETE");
        }
        sync(unfinished, O_RDONLY);
        std::filesystem::rename(unfinished, copy);
        sync(std::filesystem::absolute(copy).parent_path(), O_RDONLY | O_DIRECTORY);
    } catch (const std::exception& error) {
        std::error_code ignored;
        std::filesystem::remove(unfinished, ignored);
        throw Unusable{"the backup was not written: " + std::string{error.what()}};
    }
}

void restore(
    const std::filesystem::path& backup, const std::filesystem::path& ledger_file, const Lock&)
{
    std::error_code unknown;
    if (std::filesystem::equivalent(backup, ledger_file, unknown)) {
        throw Unusable{"the backup and the ledger are one file"};
    }
    for (const auto& check : verify(backup)) {
        if (!check.holds()) {
            throw Unusable{
                "the backup breaks a rule (" + check.rule + ": " + check.violations.front() +
                "); nothing was restored"};
        }
    }
    auto from = open_read_only(backup);
    try {
        // Makes a missing ledger first, private and in its final form.
        if (!std::filesystem::exists(ledger_file)) Ledger{ledger_file};
        sqlite::Database to{ledger_file, sqlite::Database::Mode::read_write};
        copy_pages(from, to);
        to.execute("PRAGMA journal_mode = WAL; PRAGMA wal_checkpoint(TRUNCATE);");
    } catch (const sqlite::Error& error) {
        throw Unusable{"the ledger was not restored: " + std::string{error.what()}};
    }
}

}  // namespace ledger
