#include "support/faulty_vfs.hpp"

#include <cstddef>
#include <new>

// A file of ours is followed, in the memory that SQLite gives, by the file of the real file system
// that does the work.
struct FaultyVfs::File {
    sqlite3_file base{};
    FaultyVfs* owner = nullptr;

    static File& of(sqlite3_file* file) { return *reinterpret_cast<File*>(file); }
    static sqlite3_file* real(sqlite3_file* file)
    {
        return reinterpret_cast<sqlite3_file*>(reinterpret_cast<std::byte*>(file) + sizeof(File));
    }
};

struct FaultyVfs::Calls {
    static int open(
        sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags)
    {
        auto& owner = *static_cast<FaultyVfs*>(vfs->pAppData);
        auto& ours = *new (file) File;
        ours.owner = &owner;
        if (const int code = owner.opens_.next()) return code;
        auto* real = File::real(file);
        const int result = owner.real_->xOpen(owner.real_, name, real, flags, out_flags);
        if (real->pMethods) ours.base.pMethods = &methods;
        return result;
    }
    static int write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 offset)
    {
        if (const int code = File::of(file).owner->writes_.next()) return code;
        auto* real = File::real(file);
        return real->pMethods->xWrite(real, bytes, size, offset);
    }
    static int sync(sqlite3_file* file, int flags)
    {
        if (const int code = File::of(file).owner->syncs_.next()) return code;
        auto* real = File::real(file);
        return real->pMethods->xSync(real, flags);
    }

    // A method that hands its call on to the real file.
    template <auto Method, class... Arguments>
    static auto pass_on(sqlite3_file* file, Arguments... arguments)
    {
        auto* real = File::real(file);
        return (real->pMethods->*Method)(real, arguments...);
    }

    static const sqlite3_io_methods methods;
};

const sqlite3_io_methods FaultyVfs::Calls::methods{
    .iVersion = 3,
    .xClose = pass_on<&sqlite3_io_methods::xClose>,
    .xRead = pass_on<&sqlite3_io_methods::xRead, void*, int, sqlite3_int64>,
    .xWrite = write,
    .xTruncate = pass_on<&sqlite3_io_methods::xTruncate, sqlite3_int64>,
    .xSync = sync,
    .xFileSize = pass_on<&sqlite3_io_methods::xFileSize, sqlite3_int64*>,
    .xLock = pass_on<&sqlite3_io_methods::xLock, int>,
    .xUnlock = pass_on<&sqlite3_io_methods::xUnlock, int>,
    .xCheckReservedLock = pass_on<&sqlite3_io_methods::xCheckReservedLock, int*>,
    .xFileControl = pass_on<&sqlite3_io_methods::xFileControl, int, void*>,
    .xSectorSize = pass_on<&sqlite3_io_methods::xSectorSize>,
    .xDeviceCharacteristics = pass_on<&sqlite3_io_methods::xDeviceCharacteristics>,
    .xShmMap = pass_on<&sqlite3_io_methods::xShmMap, int, int, int, void volatile**>,
    .xShmLock = pass_on<&sqlite3_io_methods::xShmLock, int, int, int>,
    .xShmBarrier = pass_on<&sqlite3_io_methods::xShmBarrier>,
    .xShmUnmap = pass_on<&sqlite3_io_methods::xShmUnmap, int>,
    .xFetch = pass_on<&sqlite3_io_methods::xFetch, sqlite3_int64, int, void**>,
    .xUnfetch = pass_on<&sqlite3_io_methods::xUnfetch, sqlite3_int64, void*>,
};

int FaultyVfs::Fault::next()
{
    if (left == 0) return SQLITE_OK;
    if (good > 0) {
        --good;
        return SQLITE_OK;
    }
    if (left > 0) --left;
    return code;
}

FaultyVfs::FaultyVfs() : real_{sqlite3_vfs_find(nullptr)}, faulty_{*real_}
{
    faulty_.zName = "faulty";
    faulty_.szOsFile = static_cast<int>(sizeof(File)) + real_->szOsFile;
    faulty_.pNext = nullptr;
    faulty_.pAppData = this;
    faulty_.xOpen = Calls::open;
    // The functions that are not ours look only at their arguments and at the real pAppData, which
    // the file system of Unix uses for opening alone.
    sqlite3_vfs_register(&faulty_, 1);
}

FaultyVfs::~FaultyVfs()
{
    sqlite3_vfs_unregister(&faulty_);
    sqlite3_vfs_register(real_, 1);
}

void FaultyVfs::heal()
{
    writes_ = {};
    syncs_ = {};
    opens_ = {};
}
