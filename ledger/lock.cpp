#include "ledger/lock.hpp"

#include "ledger/unusable.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <sys/file.h>
#include <unistd.h>

namespace ledger {

std::optional<Lock> Lock::try_take(const std::filesystem::path& ledger_file)
{
    // Two names of one ledger must meet in one lock.
    auto file = std::filesystem::weakly_canonical(ledger_file);
    file += ".lock";
    Lock lock{::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
    if (lock.descriptor_ < 0) {
        throw Unusable{"its lock file " + file.string() + ": " + std::strerror(errno)};
    }
    if (::flock(lock.descriptor_, LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK) return std::nullopt;
        throw Unusable{"its lock file " + file.string() + ": " + std::strerror(errno)};
    }
    return lock;
}

Lock::~Lock()
{
    if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace ledger
