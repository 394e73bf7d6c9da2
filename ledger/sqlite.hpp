#pragma once

#include <sqlite3.h>

#include <concepts>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

/// The little of SQLite that the ledger needs, with owners for its handles. A connection and its
/// statements belong to one thread.
namespace ledger::sqlite {

/// What SQLite could not do. Inside the ledger this is an exception: any statement can meet a full
/// or broken disk, and one place (batch.hpp) decides what becomes of the operations then.
class Error : public std::runtime_error {
public:
    Error(int code, const std::string& what) : std::runtime_error{what}, code_{code} {}

    /// SQLite's extended result code.
    int code() const { return code_; }
    bool is_out_of_space() const { return (code_ & 0xff) == SQLITE_FULL; }
    bool is_locked() const { return (code_ & 0xff) == SQLITE_BUSY; }
    bool is_broken_rule() const { return (code_ & 0xff) == SQLITE_CONSTRAINT; }
    bool is_damage() const
    {
        return (code_ & 0xff) == SQLITE_CORRUPT || (code_ & 0xff) == SQLITE_NOTADB;
    }

private:
    int code_;
};

/// A prepared statement. Each call of run(), rows or value() starts it anew.
class Statement {
public:
    Statement(sqlite3* database, std::string_view sql);

    /// Binds all parameters in order and runs a statement that gives no rows.
    template <class... Values>
    void run(const Values&... values)
    {
        start(values...);
        while (step()) {
        }
    }

    /// Binds all parameters in order. Rows then come by step(). Texts are not copied: they have to
    /// live until the last row.
    template <class... Values>
    void start(const Values&... values)
    {
        sqlite3_reset(handle_.get());
        int index = 0;
        (bind(++index, values), ...);
    }

    /// Goes to the next row; false at the end, when the statement is reset at once, so that no read
    /// transaction stays open.
    bool step();

    /// Ends before the last row was taken.
    void reset() { sqlite3_reset(handle_.get()); }

    std::int64_t integer(int column) const { return sqlite3_column_int64(handle_.get(), column); }
    double real(int column) const { return sqlite3_column_double(handle_.get(), column); }
    bool flag(int column) const { return integer(column) != 0; }
    bool is_null(int column) const
    {
        return sqlite3_column_type(handle_.get(), column) == SQLITE_NULL;
    }
    std::optional<std::int64_t> optional_integer(int column) const;
    std::string text(int column) const;

private:
    void bind(int index, std::string_view value);
    void bind(int index, std::nullopt_t);
    void bind(int index, double value);
    void bind(int index, std::integral auto value)
    {
        check(sqlite3_bind_int64(handle_.get(), index, static_cast<sqlite3_int64>(value)));
    }
    template <class Value>
    void bind(int index, const std::optional<Value>& value)
    {
        if (value) {
            bind(index, *value);
        } else {
            bind(index, std::nullopt);
        }
    }
    void check(int result) const;

    struct Finalize {
        void operator()(sqlite3_stmt* handle) const { sqlite3_finalize(handle); }
    };
    std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

/// A connection.
class Database {
public:
    enum class Mode { read_only, read_write, create };

    Database(const std::filesystem::path& file, Mode mode);

    Statement prepare(std::string_view sql) { return {handle_.get(), sql}; }
    /// Runs statements without parameters, several at once.
    void execute(const std::string& sql);
    /// The first column of the first row.
    std::int64_t integer(std::string_view sql);
    std::string text(std::string_view sql);
    /// Also where it was opened for writing, and the system does not allow that.
    bool is_read_only() const { return sqlite3_db_readonly(handle_.get(), "main") == 1; }
    bool in_transaction() const { return sqlite3_get_autocommit(handle_.get()) == 0; }
    sqlite3* handle() { return handle_.get(); }

private:
    struct Close {
        void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
    };
    std::unique_ptr<sqlite3, Close> handle_;
};

}  // namespace ledger::sqlite
