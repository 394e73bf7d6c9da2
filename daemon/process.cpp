#include "daemon/process.hpp"

#include "daemon/log.hpp"

#include <nlohmann/json.hpp>
#include <systemd/sd-daemon.h>

#include <cerrno>
#include <csignal>
#include <fstream>
#include <sys/resource.h>
#include <system_error>

namespace drinkd {
namespace {

// The ledger, its log, listeners, the control socket and its peers, epoll, timers, the log.
constexpr std::size_t other_descriptors = 128;

void mask_stop_signals(int how)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    ::pthread_sigmask(how, &signals, nullptr);
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

void block_stop_signals() { mask_stop_signals(SIG_BLOCK); }

void unblock_stop_signals() { mask_stop_signals(SIG_UNBLOCK); }

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
