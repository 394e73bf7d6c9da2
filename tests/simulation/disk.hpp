#pragma once

#include "simulation/dice.hpp"

#include <sqlite3.h>

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace simulation {

/// SQLite's file system for as long as this lives: files in memory that tell what was synced from
/// what was only written, and fail when they are told to.
class Disk {
public:
    Disk();
    Disk(const Disk&) = delete;
    ~Disk();

    /// What stands in a file: as every process sees it, and what of that a power cut can take.
    struct Content {
        // Bytes at an offset, or a new length.
        struct Change {
            std::size_t offset = 0;
            std::string bytes;
            bool truncates = false;
        };

        std::string bytes;
        std::string synced;
        std::vector<Change> unsynced;

        void change(Change change);
        void sync();
    };
    /// All files, by their names.
    using Image = std::map<std::string, Content>;
    /// What the next process finds when this one is gone: all that was written.
    Image image() const;
    /// What is left of it when the power is gone too: of what was written since a file's last sync
    /// any part may be there, a sector at a time.
    static Image after_power_cut(Image image, Dice& dice);
    /// Keeps the image of the moment before that many writes from now, 0 = before the next.
    void take_image_at(std::size_t writes);
    /// The image that was kept, if so many writes came.
    std::optional<Image> taken_image();
    /// Another disk in its place. Nobody may have a file open.
    void use(Image image);

    enum class Fault { none, full, write_error, sync_error, gone };
    void fail(Fault fault) { fault_ = fault; }
    Fault fault() const { return fault_; }

    /// While it lives nothing fails: for who is not of the simulated world.
    class Truce {
    public:
        explicit Truce(Disk& disk) : disk_{disk}, fault_{std::exchange(disk.fault_, Fault::none)} {}
        Truce(const Truce&) = delete;
        ~Truce() { disk_.fault_ = fault_; }

    private:
        Disk& disk_;
        const Fault fault_;
    };

private:
    struct File;
    struct Handle;
    struct Calls;

    std::shared_ptr<File> find(const std::string& name, bool create);
    int before_write();

    sqlite3_vfs* const real_;
    sqlite3_vfs vfs_{};
    std::map<std::string, std::shared_ptr<File>> files_;
    Fault fault_ = Fault::none;
    std::size_t names_ = 0;  // Of files that have none.
    std::optional<std::size_t> writes_left_;
    std::optional<Image> taken_;
};

}  // namespace simulation
