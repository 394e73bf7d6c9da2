#pragma once

#include <sqlite3.h>

/// SQLite's file system with faults on demand: while one of these exists, files that SQLite opens
/// go through it. Only one at a time, and every database must be closed before it ends.
class FaultyVfs {
public:
    FaultyVfs();
    FaultyVfs(const FaultyVfs&) = delete;
    FaultyVfs& operator=(const FaultyVfs&) = delete;
    ~FaultyVfs();

    static constexpr int for_ever = -1;

    /// After `good` more, the next `times` writes fail with a result code of SQLite, such as
    /// SQLITE_FULL.
    void fail_writes(int code, int times = for_ever, int good = 0)
    {
        writes_ = {.code = code, .left = times, .good = good};
    }
    /// The same for syncs: what was written is in the file, but nobody promises that it stays.
    void fail_syncs(int code, int times = for_ever)
    {
        syncs_ = {.code = code, .left = times, .good = 0};
    }
    /// The same for opening a file.
    void fail_opens(int code, int times = for_ever)
    {
        opens_ = {.code = code, .left = times, .good = 0};
    }
    void heal();

private:
    struct Fault {
        int code = SQLITE_OK;
        int left = 0;
        int good = 0;

        int next();
    };
    struct File;
    struct Calls;

    sqlite3_vfs* real_;
    sqlite3_vfs faulty_;
    Fault writes_;
    Fault syncs_;
    Fault opens_;
};
