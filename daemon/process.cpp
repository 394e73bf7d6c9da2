#include "daemon/process.hpp"

#include "daemon/log.hpp"

#include <nlohmann/json.hpp>
#include <systemd/sd-daemon.h>

#include <cerrno>
#include <csignal>
#include <fstream>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <system_error>
#include <unistd.h>

namespace drinkd {
namespace {

// The ledger, its log, listeners, the control socket and its peers, epoll, timers, the log.
constexpr std::size_t other_descriptors = 128;

sigset_t stop_signals()
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    return signals;
}

}  // namespace

config::Limits fit_descriptors(config::Limits limits, std::size_t machines)
{
    rlimit descriptors{};
    if (::getrlimit(RLIMIT_NOFILE, &descriptors) != 0) return limits;
    descriptors.rlim_cur = descriptors.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &descriptors);
    ::getrlimit(RLIMIT_NOFILE, &descriptors);

    const auto available = static_cast<std::size_t>(descriptors.rlim_cur);
    const auto fitting =
        available > 2 * other_descriptors ? available - other_descriptors : available / 2;
    if (limits.connections == 0 || limits.connections > fitting) {
        // No limit was asked for, or one that does not fit; only the latter is worth a warning.
        if (limits.connections != 0) {
            log::warn(
                "the system allows fewer connections than limits.connections",
                {{"descriptors", available}, {"connections", fitting}});
        }
        limits.connections = fitting;
    }
    if (machines > limits.connections) {
        log::warn(
            "there are more machines than connections allowed",
            {{"machines", machines}, {"connections", limits.connections}});
    }
    return limits;
}

void block_stop_signals()
{
    const auto signals = stop_signals();
    ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

int open_stop_signals()
{
    const auto signals = stop_signals();
    const int descriptor = ::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
    if (descriptor < 0) {
        throw std::system_error{errno, std::generic_category(), "signals cannot be read"};
    }
    return descriptor;
}

int take_stop_signal(int descriptor)
{
    signalfd_siginfo came{};
    const bool known = ::read(descriptor, &came, sizeof came) == sizeof came;
    // A shell starts programs in the background with SIGINT ignored.
    std::signal(SIGINT, SIG_DFL);
    const auto signals = stop_signals();
    ::pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
    return known ? static_cast<int>(came.ssi_signo) : 0;
}

void notify_service_manager(const char* state) { ::sd_notify(0, state); }

void write_ready_file(const std::filesystem::path& file, const nlohmann::json& addresses)
{
    auto unfinished = file;
    unfinished += ".unfinished";
    std::ofstream out{unfinished};
    out << addresses.dump(2) << '\n';
    out.close();
    if (!out) {
        throw std::system_error{
            errno, std::generic_category(), "the ready file " + unfinished.string()};
    }
    std::filesystem::rename(unfinished, file);
}

}  // namespace drinkd
