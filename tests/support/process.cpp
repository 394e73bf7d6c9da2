#include "support/process.hpp"

#include "support/wait.hpp"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <stdexcept>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace support {
namespace {

std::system_error failure(const std::string& what)
{
    return std::system_error{errno, std::generic_category(), what};
}

// A file in memory, for a stream of a program: unlike a pipe it never fills up.
class MemoryFile {
public:
    explicit MemoryFile(std::string_view content = {})
        : descriptor_{::memfd_create("stream", MFD_CLOEXEC)}
    {
        if (descriptor_ < 0) throw failure("memfd_create");
        if (::pwrite(descriptor_, content.data(), content.size(), 0) < 0) throw failure("pwrite");
    }
    MemoryFile(const MemoryFile&) = delete;
    MemoryFile& operator=(const MemoryFile&) = delete;
    ~MemoryFile() { ::close(descriptor_); }

    int descriptor() const { return descriptor_; }

    std::string content() const
    {
        std::string text(static_cast<std::size_t>(::lseek(descriptor_, 0, SEEK_END)), '\0');
        if (::pread(descriptor_, text.data(), text.size(), 0) < 0) throw failure("pread");
        return text;
    }

private:
    int descriptor_;
};

}  // namespace

Process::Process(const std::vector<std::string>& command, Streams streams)
{
    std::vector<char*> arguments;
    for (const auto& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);

    pid_ = ::fork();
    if (pid_ < 0) throw failure("fork");
    if (pid_ == 0) {
        // A test that is killed takes its programs with it.
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
        const auto become = [nothing](int descriptor, int stream) {
            ::dup2(descriptor < 0 ? nothing : descriptor, stream);
        };
        become(streams.in, STDIN_FILENO);
        become(streams.out, STDOUT_FILENO);
        become(streams.err, STDERR_FILENO);
        if (streams.terminal) {
            ::setsid();
            ::ioctl(STDIN_FILENO, TIOCSCTTY, 0);
        }
        ::execv(arguments.front(), arguments.data());
        ::_exit(127);
    }
    descriptor_ = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
    if (descriptor_ < 0) throw failure("pidfd_open");
}

Process::~Process()
{
    if (!ended_) {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
    ::close(descriptor_);
}

bool Process::running()
{
    pollfd end{.fd = descriptor_, .events = POLLIN, .revents = 0};
    return !ended_ && ::poll(&end, 1, 0) == 0;
}

void Process::signal(int number) { ::kill(pid_, number); }

int Process::wait(std::chrono::milliseconds limit)
{
    if (ended_) return exit_code_;
    pollfd end{.fd = descriptor_, .events = POLLIN, .revents = 0};
    if (::poll(&end, 1, static_cast<int>(limit.count())) != 1) {
        throw std::runtime_error{"the program does not end"};
    }
    int status = 0;
    ::waitpid(pid_, &status, 0);
    ended_ = true;
    exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return exit_code_;
}

Finished run_program(const std::vector<std::string>& command, std::string_view input)
{
    const MemoryFile in{input};
    const MemoryFile out;
    const MemoryFile err;
    Process process{
        command, {.in = in.descriptor(), .out = out.descriptor(), .err = err.descriptor()}};
    const int exit_code = process.wait(patience);
    return {.exit_code = exit_code, .out = out.content(), .err = err.content()};
}

}  // namespace support
