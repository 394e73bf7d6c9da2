#include "clients/tini_sim/drop_notes_file.hpp"

#include <cerrno>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>
#include <unistd.h>

namespace tini_sim {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path)
{
    throw std::system_error{errno, std::generic_category(), path.string()};
}

class Descriptor {
public:
    Descriptor(const std::filesystem::path& path, int flags)
        : path_{path}, number_{::open(path.c_str(), flags | O_CLOEXEC, 0600)}
    {
        if (number_ < 0) fail(path_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() { ::close(number_); }

    void write(std::string_view text) const
    {
        while (!text.empty()) {
            const auto size = ::write(number_, text.data(), text.size());
            if (size < 0 && errno == EINTR) continue;
            if (size < 0) fail(path_);
            text.remove_prefix(static_cast<std::size_t>(size));
        }
    }

    void sync() const
    {
        if (::fsync(number_) != 0) fail(path_);
    }

private:
    std::filesystem::path path_;
    int number_;
};

}  // namespace

std::optional<DropNotes> DropNotesFile::read() const
{
    std::ifstream file{path_, std::ios::binary};
    if (!file) {
        if (errno == ENOENT) return DropNotes{};
        fail(path_);
    }
    const std::string text{std::istreambuf_iterator<char>{file}, {}};
    if (file.bad()) fail(path_);
    return DropNotes::parse(text);
}

void DropNotesFile::write(const DropNotes& notes) const
{
    auto next = path_;
    next += ".new";
    {
        const Descriptor file{next, O_WRONLY | O_CREAT | O_TRUNC};
        file.write(notes.format());
        file.sync();
    }
    std::filesystem::rename(next, path_);
    Descriptor{path_.parent_path(), O_RDONLY | O_DIRECTORY}.sync();
}

}  // namespace tini_sim
