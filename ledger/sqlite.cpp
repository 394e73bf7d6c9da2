#include "ledger/sqlite.hpp"

#include <system_error>
#include <utility>

namespace ledger::sqlite {
namespace {

[[noreturn]] void fail(sqlite3* database, int result)
{
    const int extended = sqlite3_extended_errcode(database);
    const int code = (extended & 0xff) == (result & 0xff) ? extended : result;
    std::string what = sqlite3_errmsg(database);
    const int cause = sqlite3_system_errno(database);
    if ((code & 0xff) == SQLITE_IOERR && cause != 0) {
        what += ": " + std::generic_category().message(cause);
    }
    // A log that cannot be made beside the file is called so too.
    if ((code & 0xff) == SQLITE_READONLY) what += ": look at the owner and the mode of its folder";
    throw Error{code, what};
}

// Before anything else is asked of SQLite: nobody reads its statistics of memory, which cost a lock
// for each allocation.
void count_no_memory()
{
    static const int once = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    static_cast<void>(once);
}

}  // namespace

Statement::Statement(sqlite3* database, std::string_view sql)
{
    sqlite3_stmt* handle = nullptr;
    const int result = sqlite3_prepare_v3(
        database, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &handle,
        nullptr);
    if (result != SQLITE_OK) fail(database, result);
    handle_.reset(handle);
}

bool Statement::step()
{
    const int result = sqlite3_step(handle_.get());
    if (result == SQLITE_ROW) return true;
    sqlite3_reset(handle_.get());
    if (result != SQLITE_DONE) fail(sqlite3_db_handle(handle_.get()), result);
    return false;
}

std::optional<std::int64_t> Statement::optional_integer(int column) const
{
    return is_null(column) ? std::nullopt : std::optional{integer(column)};
}

std::string Statement::text(int column) const
{
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(handle_.get(), column));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column));
    return bytes ? std::string{bytes, size} : std::string{};
}

void Statement::bind(int index, std::string_view value)
{
    // A null pointer would bind NULL, and an empty view may hold one.
    const char* bytes = value.data() ? value.data() : "";
    check(
        sqlite3_bind_text64(handle_.get(), index, bytes, value.size(), SQLITE_STATIC, SQLITE_UTF8));
}

void Statement::bind(int index, std::nullopt_t) { check(sqlite3_bind_null(handle_.get(), index)); }

void Statement::bind(int index, double value)
{
    check(sqlite3_bind_double(handle_.get(), index, value));
}

void Statement::check(int result) const
{
    if (result != SQLITE_OK) fail(sqlite3_db_handle(handle_.get()), result);
}

Database::Database(const std::filesystem::path& file, Mode mode)
{
    count_no_memory();
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    if (mode == Mode::read_only) flags |= SQLITE_OPEN_READONLY;
    if (mode != Mode::read_only) flags |= SQLITE_OPEN_READWRITE;
    if (mode == Mode::create) flags |= SQLITE_OPEN_CREATE;
    sqlite3* handle = nullptr;
    const int result = sqlite3_open_v2(file.c_str(), &handle, flags, nullptr);
    handle_.reset(handle);
    if (result != SQLITE_OK) {
        throw Error{result, handle ? sqlite3_errmsg(handle) : sqlite3_errstr(result)};
    }
    constexpr int wait_ms = 2'000;
    sqlite3_busy_timeout(handle, wait_ms);
}

void Database::execute(const std::string& sql)
{
    const int result = sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr);
    if (result != SQLITE_OK) fail(handle_.get(), result);
}

std::int64_t Database::integer(std::string_view sql)
{
    auto statement = prepare(sql);
    statement.start();
    const auto value = statement.step() ? statement.integer(0) : 0;
    statement.reset();
    return value;
}

std::string Database::text(std::string_view sql)
{
    auto statement = prepare(sql);
    statement.start();
    auto value = statement.step() ? statement.text(0) : std::string{};
    statement.reset();
    return value;
}

}  // namespace ledger::sqlite
