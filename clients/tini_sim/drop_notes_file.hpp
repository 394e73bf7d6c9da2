#pragma once

#include "clients/tini_sim/drop_notes.hpp"

#include <filesystem>
#include <optional>

namespace tini_sim {

/// The lasting memory of one board. Trouble with the file throws std::system_error: a board that
/// can not write may not drop.
class DropNotesFile {
public:
    explicit DropNotesFile(std::filesystem::path path) : path_{std::move(path)} {}

    /// The notes; new ones when there is no file, nothing when it is damaged.
    std::optional<DropNotes> read() const;

    /// Keeps the notes. Whatever ends the program, or the computer, and whenever: the file holds
    /// the old ones or these.
    void write(const DropNotes& notes) const;

    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

}  // namespace tini_sim
