#include "ledger/copies.hpp"

#include "ledger/damage.hpp"
#include "ledger/read_only.hpp"
#include "ledger/schema.hpp"
#include "ledger/unusable.hpp"
#include "ledger/verify.hpp"

#include <array>
#include <cerrno>
#include <ctime>
#include <fcntl.h>
#include <string>
#include <system_error>
#include <unistd.h>

namespace ledger {
namespace {

namespace fs = std::filesystem;

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

[[noreturn]] void fail(const fs::path& file)
{
    const auto why = std::generic_category().message(errno);
    throw Unusable{file.string() + ": " + why};
}

// A file, or the names in a folder, survive a power cut once they were synced.
void sync(const fs::path& path, int flags)
{
    const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC);
    if (descriptor < 0) fail(path);
    const int result = ::fsync(descriptor);
    ::close(descriptor);
    if (result != 0) fail(path);
}

// A file that is not what it is to be yet, named after that. Gone in the end unless it was renamed.
class Unfinished {
public:
    Unfinished(const fs::path& target, const char* suffix) : file_{target.string() + suffix}
    {
        // Password hashes will be in it.
        const int descriptor = ::open(file_.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        if (descriptor < 0) fail(file_);
        ::close(descriptor);
    }
    Unfinished(const Unfinished&) = delete;
    Unfinished& operator=(const Unfinished&) = delete;
    ~Unfinished()
    {
        std::error_code ignored;
        fs::remove(file_, ignored);
    }

    const fs::path& file() const { return file_; }

    void make_durable() const { sync(file_, O_RDONLY); }

    void rename_to(const fs::path& target) const
    {
        fs::rename(file_, target);
        sync(fs::absolute(target).parent_path(), O_RDONLY | O_DIRECTORY);
    }

private:
    fs::path file_;
};

// Into an empty file, which is then one file, without a write-ahead log beside it.
void copy_to_file(sqlite::Database& from, const fs::path& file)
{
    sqlite::Database to{file, sqlite::Database::Mode::read_write};
    copy_pages(from, to);
    to.execute("PRAGMA journal_mode = DELETE");
}

sqlite::Database open_readable(const fs::path& file, void (*require)(sqlite::Database&))
{
    if (!fs::exists(file)) throw Unusable{"there is no such file"};
    try {
        sqlite::Database database{file, sqlite::Database::Mode::read_only};
        require(database);
        return database;
    } catch (const sqlite::Error& error) {
        throw Unusable{error.what()};
    }
}

sqlite::Database open_backup(const fs::path& backup)
{
    try {
        return open_readable(backup, require_ledger);
    } catch (const Unusable& error) {
        throw Unusable{"the backup " + backup.string() + ": " + error.what()};
    }
}

void refuse_broken(const fs::path& copy_of_backup)
{
    for (const auto& check : verify(copy_of_backup)) {
        if (!check.holds()) {
            throw Unusable{
                "the backup breaks a rule (" + check.rule + ": " + check.violations.front() +
                "); nothing was restored"};
        }
    }
}

// Whether the file is a ledger that can be written to.
bool is_sound(const fs::path& file)
{
    if (!fs::exists(file)) return false;
    try {
        sqlite::Database database{file, sqlite::Database::Mode::read_write};
        version_of(database);
        refuse_damage(database);
        return true;
    } catch (const Unusable&) {
        return false;
    } catch (const sqlite::Error& error) {
        if (error.is_damage()) return false;
        throw;
    }
}

// In one transaction: after a crash the ledger is what it was, or what was restored.
void replace_contents(const fs::path& ledger_file, const fs::path& restored)
{
    sqlite::Database from{restored, sqlite::Database::Mode::read_only};
    sqlite::Database to{ledger_file, sqlite::Database::Mode::read_write};
    copy_pages(from, to);
    to.execute("PRAGMA journal_mode = WAL; PRAGMA wal_checkpoint(TRUNCATE);");
}

// Such as 20261122T101500Z.
std::string time_stamp()
{
    const auto now = std::time(nullptr);
    std::tm utc{};
    ::gmtime_r(&now, &utc);
    std::array<char, 32> text{};
    const auto size = std::strftime(text.data(), text.size(), "%Y%m%dT%H%M%SZ", &utc);
    return {text.data(), size};
}

// Moves what is there out of the way, the write-ahead log included, which would be played back into
// another ledger. Gives the new name, or nothing when nothing was there.
std::optional<fs::path> set_aside(const fs::path& ledger_file)
{
    const auto kept = ledger_file.string() + ".before-restore-" + time_stamp();
    bool moved = false;
    for (const auto* suffix : {"-shm", "-wal", ""}) {
        const fs::path from = ledger_file.string() + suffix;
        if (!fs::exists(from)) continue;
        const fs::path to = kept + suffix;
        if (fs::exists(to)) throw Unusable{to.string() + " exists already: try again"};
        fs::rename(from, to);
        moved = true;
    }
    return moved ? std::optional<fs::path>{kept} : std::nullopt;
}

}  // namespace

sqlite::Database open_read_only(const fs::path& file)
{
    return open_readable(file, require_current);
}

void back_up(const fs::path& ledger_file, const fs::path& copy)
{
    auto from = open_read_only(ledger_file);
    if (fs::exists(copy)) {
        throw Unusable{copy.string() + " exists already; a backup never overwrites"};
    }
    try {
        const Unfinished unfinished{copy, ".unfinished"};
        copy_to_file(from, unfinished.file());
        unfinished.make_durable();
        unfinished.rename_to(copy);
    } catch (const std::exception& error) {
        throw Unusable{"the backup was not written: " + std::string{error.what()}};
    }
}

std::optional<fs::path> restore(const fs::path& backup, const fs::path& ledger_file, const Lock&)
{
    std::error_code unknown;
    if (fs::equivalent(backup, ledger_file, unknown)) {
        throw Unusable{"the backup and the ledger are one file"};
    }
    try {
        // In a copy, where one of an older drinkd can be brought up to date.
        const Unfinished restored{ledger_file, ".restoring"};
        {
            auto from = open_backup(backup);
            copy_to_file(from, restored.file());
            sqlite::Database to{restored.file(), sqlite::Database::Mode::read_write};
            migrate(to);
        }
        refuse_broken(restored.file());
        if (is_sound(ledger_file)) {
            replace_contents(ledger_file, restored.file());
            return std::nullopt;
        }
        restored.make_durable();
        auto kept = set_aside(ledger_file);
        restored.rename_to(ledger_file);
        return kept;
    } catch (const sqlite::Error& error) {
        throw Unusable{"the ledger was not restored: " + std::string{error.what()}};
    } catch (const fs::filesystem_error& error) {
        throw Unusable{"the ledger was not restored: " + std::string{error.what()}};
    }
}

}  // namespace ledger
