#include "simulation/disk.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <new>
#include <utility>
#include <vector>

namespace simulation {
namespace {

constexpr int sector_bytes = 4'096;
constexpr int shm_region_bytes = 32'768;  // SQLite's own size.

// Byte ranges of a file as SQLite means them: beyond its end there is nothing, and a write there
// fills the gap with zeros.
void write_at(std::string& bytes, std::size_t offset, std::string_view what)
{
    if (bytes.size() < offset + what.size()) bytes.resize(offset + what.size());
    std::memcpy(bytes.data() + offset, what.data(), what.size());
}

void carry_out(const Disk::Content::Change& change, std::string& bytes)
{
    if (change.truncates) {
        bytes.resize(std::min(bytes.size(), change.offset));
    } else {
        write_at(bytes, change.offset, change.bytes);
    }
}

}  // namespace

void Disk::Content::change(Change change)
{
    carry_out(change, bytes);
    unsynced.push_back(std::move(change));
}

void Disk::Content::sync()
{
    for (const auto& change : unsynced) carry_out(change, synced);
    unsynced.clear();
}

struct Disk::File {
    Content content;

    // Locks and shared memory of the connections that have it open.
    int shared_locks = 0;
    Handle* reserved = nullptr;
    Handle* exclusive = nullptr;
    std::vector<std::unique_ptr<std::array<std::byte, shm_region_bytes>>> regions;
    int shm_users = 0;
    std::array<int, SQLITE_SHM_NLOCK> shm_shared{};
    std::array<Handle*, SQLITE_SHM_NLOCK> shm_exclusive{};
};

// In the memory that SQLite gives for an open file.
struct Disk::Handle {
    sqlite3_file base{};
    Disk* disk = nullptr;
    std::shared_ptr<File> file;
    int lock = SQLITE_LOCK_NONE;
    bool uses_shm = false;
    std::array<bool, SQLITE_SHM_NLOCK> shm_shared{};
    bool delete_on_close = false;
    std::string name;

    static Handle& of(sqlite3_file* file) { return *reinterpret_cast<Handle*>(file); }
};

struct Disk::Calls {
    static Disk& disk_of(sqlite3_vfs* vfs) { return *static_cast<Disk*>(vfs->pAppData); }

    static int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out)
    {
        auto& disk = disk_of(vfs);
        file->pMethods = nullptr;
        if (disk.fault_ == Fault::gone) return SQLITE_CANTOPEN;
        const auto full_name =
            name ? std::string{name} : fmt::format("temporary {}", ++disk.names_);
        auto found = disk.find(full_name, (flags & SQLITE_OPEN_CREATE) != 0);
        if (!found) return SQLITE_CANTOPEN;
        auto& handle = *new (file) Handle;
        handle.base.pMethods = &methods;
        handle.disk = &disk;
        handle.file = std::move(found);
        handle.delete_on_close = (flags & SQLITE_OPEN_DELETEONCLOSE) != 0;
        handle.name = full_name;
        if (out) *out = flags;
        return SQLITE_OK;
    }
    static int close(sqlite3_file* file)
    {
        auto& handle = Handle::of(file);
        unlock(file, SQLITE_LOCK_NONE);
        if (handle.delete_on_close) handle.disk->files_.erase(handle.name);
        handle.~Handle();
        return SQLITE_OK;
    }
    static int remove(sqlite3_vfs* vfs, const char* name, int)
    {
        return disk_of(vfs).files_.erase(name) == 1 ? SQLITE_OK : SQLITE_IOERR_DELETE_NOENT;
    }
    static int access(sqlite3_vfs* vfs, const char* name, int, int* result)
    {
        *result = disk_of(vfs).files_.contains(name) ? 1 : 0;
        return SQLITE_OK;
    }
    static int full_pathname(sqlite3_vfs*, const char* name, int size, char* out)
    {
        sqlite3_snprintf(size, out, "%s", name);
        return SQLITE_OK;
    }
    static int randomness(sqlite3_vfs*, int size, char* out)
    {
        // Of salts and temporary names: any bytes will do, the same ones in each run.
        std::memset(out, 0x5a, static_cast<std::size_t>(size));
        return size;
    }
    static int sleep(sqlite3_vfs*, int microseconds) { return microseconds; }
    static int last_error(sqlite3_vfs*, int, char*) { return 0; }

    static int read(sqlite3_file* file, void* out, int size, sqlite3_int64 offset)
    {
        const auto& bytes = Handle::of(file).file->content.bytes;
        const auto begin = std::min(bytes.size(), static_cast<std::size_t>(offset));
        const auto wanted = static_cast<std::size_t>(size);
        const auto found = std::min(wanted, bytes.size() - begin);
        std::memcpy(out, bytes.data() + begin, found);
        std::memset(static_cast<char*>(out) + found, 0, wanted - found);
        return found == wanted ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
    }
    static int write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 offset)
    {
        auto& handle = Handle::of(file);
        if (const int code = handle.disk->before_write()) return code;
        handle.file->content.change({
            .offset = static_cast<std::size_t>(offset),
            .bytes = {static_cast<const char*>(bytes), static_cast<std::size_t>(size)},
        });
        return SQLITE_OK;
    }
    static int truncate(sqlite3_file* file, sqlite3_int64 size)
    {
        Handle::of(file).file->content.change(
            {.offset = static_cast<std::size_t>(size), .bytes = {}, .truncates = true});
        return SQLITE_OK;
    }
    static int sync(sqlite3_file* file, int)
    {
        auto& handle = Handle::of(file);
        if (handle.disk->fault_ == Fault::sync_error) return SQLITE_IOERR_FSYNC;
        handle.file->content.sync();
        return SQLITE_OK;
    }
    static int size(sqlite3_file* file, sqlite3_int64* out)
    {
        *out = static_cast<sqlite3_int64>(Handle::of(file).file->content.bytes.size());
        return SQLITE_OK;
    }

    static int lock(sqlite3_file* file, int level)
    {
        auto& handle = Handle::of(file);
        auto& of = *handle.file;
        if (level <= handle.lock) return SQLITE_OK;
        const bool others = of.shared_locks > (handle.lock >= SQLITE_LOCK_SHARED ? 1 : 0);
        if (of.exclusive && of.exclusive != &handle) return SQLITE_BUSY;
        if (level >= SQLITE_LOCK_RESERVED && of.reserved && of.reserved != &handle) {
            return SQLITE_BUSY;
        }
        if (level == SQLITE_LOCK_EXCLUSIVE && others) return SQLITE_BUSY;
        if (handle.lock < SQLITE_LOCK_SHARED) ++of.shared_locks;
        if (level >= SQLITE_LOCK_RESERVED) of.reserved = &handle;
        if (level == SQLITE_LOCK_EXCLUSIVE) of.exclusive = &handle;
        handle.lock = level;
        return SQLITE_OK;
    }
    static int unlock(sqlite3_file* file, int level)
    {
        auto& handle = Handle::of(file);
        auto& of = *handle.file;
        if (level >= handle.lock) return SQLITE_OK;
        if (of.reserved == &handle) of.reserved = nullptr;
        if (of.exclusive == &handle) of.exclusive = nullptr;
        if (level == SQLITE_LOCK_NONE) --of.shared_locks;
        handle.lock = level;
        return SQLITE_OK;
    }
    static int check_reserved(sqlite3_file* file, int* result)
    {
        *result = Handle::of(file).file->reserved ? 1 : 0;
        return SQLITE_OK;
    }
    static int control(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
    static int sector_size(sqlite3_file*) { return sector_bytes; }
    static int characteristics(sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

    static int shm_map(sqlite3_file* file, int index, int size, int extend, void volatile** out)
    {
        auto& handle = Handle::of(file);
        if (!std::exchange(handle.uses_shm, true)) ++handle.file->shm_users;
        auto& regions = handle.file->regions;
        *out = nullptr;
        if (size != shm_region_bytes) return SQLITE_IOERR_SHMSIZE;
        while (static_cast<int>(regions.size()) <= index) {
            if (!extend) return SQLITE_OK;
            regions.push_back(std::make_unique<std::array<std::byte, shm_region_bytes>>());
        }
        *out = regions[static_cast<std::size_t>(index)]->data();
        return SQLITE_OK;
    }
    static int shm_lock(sqlite3_file* file, int first, int count, int flags)
    {
        auto& handle = Handle::of(file);
        auto& of = *handle.file;
        const auto begin = static_cast<std::size_t>(first);
        const auto end = begin + static_cast<std::size_t>(count);
        const bool shared = (flags & SQLITE_SHM_SHARED) != 0;
        if ((flags & SQLITE_SHM_UNLOCK) != 0) {
            for (auto at = begin; at < end; ++at) {
                if (shared && handle.shm_shared[at]) {
                    handle.shm_shared[at] = false;
                    --of.shm_shared[at];
                } else if (!shared && of.shm_exclusive[at] == &handle) {
                    of.shm_exclusive[at] = nullptr;
                }
            }
            return SQLITE_OK;
        }
        for (auto at = begin; at < end; ++at) {
            const auto* holder = of.shm_exclusive[at];
            if (holder && holder != &handle) return SQLITE_BUSY;
            if (!shared && of.shm_shared[at] > (handle.shm_shared[at] ? 1 : 0)) return SQLITE_BUSY;
        }
        for (auto at = begin; at < end; ++at) {
            if (!shared) {
                of.shm_exclusive[at] = &handle;
            } else if (!handle.shm_shared[at]) {
                handle.shm_shared[at] = true;
                ++of.shm_shared[at];
            }
        }
        return SQLITE_OK;
    }
    static void shm_barrier(sqlite3_file*) {}
    static int shm_unmap(sqlite3_file* file, int remove)
    {
        auto& handle = Handle::of(file);
        auto& of = *handle.file;
        if (std::exchange(handle.uses_shm, false)) --of.shm_users;
        // Who opens it first reads the log anew, as with SQLite's own file systems.
        if (remove || of.shm_users == 0) of.regions.clear();
        return SQLITE_OK;
    }

    static const sqlite3_io_methods methods;
};

const sqlite3_io_methods Disk::Calls::methods{
    .iVersion = 2,
    .xClose = close,
    .xRead = read,
    .xWrite = write,
    .xTruncate = truncate,
    .xSync = sync,
    .xFileSize = size,
    .xLock = lock,
    .xUnlock = unlock,
    .xCheckReservedLock = check_reserved,
    .xFileControl = control,
    .xSectorSize = sector_size,
    .xDeviceCharacteristics = characteristics,
    .xShmMap = shm_map,
    .xShmLock = shm_lock,
    .xShmBarrier = shm_barrier,
    .xShmUnmap = shm_unmap,
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

Disk::Disk() : real_{sqlite3_vfs_find(nullptr)}, vfs_{*real_}
{
    vfs_.zName = "simulated";
    vfs_.szOsFile = static_cast<int>(sizeof(Handle));
    vfs_.pNext = nullptr;
    vfs_.pAppData = this;
    vfs_.xOpen = Calls::open;
    vfs_.xDelete = Calls::remove;
    vfs_.xAccess = Calls::access;
    vfs_.xFullPathname = Calls::full_pathname;
    vfs_.xRandomness = Calls::randomness;
    vfs_.xSleep = Calls::sleep;
    vfs_.xGetLastError = Calls::last_error;
    sqlite3_vfs_register(&vfs_, 1);
}

Disk::~Disk()
{
    sqlite3_vfs_unregister(&vfs_);
    sqlite3_vfs_register(real_, 1);
}

std::shared_ptr<Disk::File> Disk::find(const std::string& name, bool create)
{
    const auto found = files_.find(name);
    if (found != files_.end()) return found->second;
    if (!create) return nullptr;
    return files_.emplace(name, std::make_shared<File>()).first->second;
}

int Disk::before_write()
{
    if (writes_left_) {
        if (*writes_left_ == 0) {
            taken_ = image();
            writes_left_.reset();
        } else {
            --*writes_left_;
        }
    }
    if (fault_ == Fault::full) return SQLITE_FULL;
    return fault_ == Fault::write_error ? SQLITE_IOERR_WRITE : SQLITE_OK;
}

void Disk::take_image_at(std::size_t writes)
{
    writes_left_ = writes;
    taken_.reset();
}

std::optional<Disk::Image> Disk::taken_image()
{
    writes_left_.reset();
    return std::exchange(taken_, std::nullopt);
}

Disk::Image Disk::image() const
{
    Image image;
    for (const auto& [name, file] : files_) image.emplace(name, file->content);
    return image;
}

Disk::Image Disk::after_power_cut(Image image, Dice& dice)
{
    for (auto& [name, content] : image) {
        for (const auto& change : content.unsynced) {
            if (change.truncates) {
                if (dice.one_in(2)) carry_out(change, content.synced);
                continue;
            }
            for (std::size_t at = 0; at < change.bytes.size(); at += sector_bytes) {
                if (dice.one_in(2)) continue;
                write_at(
                    content.synced, change.offset + at,
                    std::string_view{change.bytes}.substr(at, sector_bytes));
            }
        }
        content.unsynced.clear();
        content.bytes = content.synced;
    }
    return image;
}

void Disk::use(Image image)
{
    files_.clear();
    for (auto& [name, content] : image) {
        files_.emplace(name, std::make_shared<File>()).first->second->content = std::move(content);
    }
}

}  // namespace simulation
