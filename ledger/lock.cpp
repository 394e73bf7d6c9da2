#include "ledger/lock.hpp"

#include "ledger/unusable.hpp"

#include <cerrno>
#include <fcntl.h>
#include <string>
#include <sys/file.h>
#include <system_error>
#include <unistd.h>

namespace ledger {
namespace {

[[noreturn]] void fail(const std::filesystem::path& lock_file)
{
    const auto why = std::generic_category().message(errno);
    throw Unusable{"its lock file " + lock_file.string() + ": " + why};
}

}  // namespace

std::optional<Lock> Lock::try_take(const std::filesystem::path& ledger_file)
{
    // Two names of one ledger must meet in one lock.
    auto file = std::filesystem::weakly_canonical(ledger_file);
    file += ".lock";
    Lock lock{::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
    if (lock.descriptor_ < 0) fail(file);
    if (::flock(lock.descriptor_, LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK) return std::nullopt;
        fail(file);
    }
    return lock;
}

Lock::~Lock()
{
    if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace ledger
