#include "clients/drink_bench/this_process.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <sched.h>
#include <sys/resource.h>
#include <system_error>

namespace drink_bench {
namespace {

// The standard streams, the loop, signals, what the system opens to look up a host.
constexpr std::size_t other_descriptors = 16;

}  // namespace

std::expected<void, std::string> pin_to(int core)
{
    cpu_set_t cores;
    CPU_ZERO(&cores);
    CPU_SET(static_cast<std::size_t>(core), &cores);
    if (::sched_setaffinity(0, sizeof cores, &cores) == 0) return {};
    return std::unexpected{
        fmt::format("cannot run on core {}: {}", core, std::generic_category().message(errno))};
}

std::expected<void, std::string> allow_connections(std::size_t connections)
{
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
    if (connections + other_descriptors <= limit.rlim_cur) return {};
    return std::unexpected{fmt::format(
        "{} connections are too many: the limit of descriptors (ulimit -Hn) allows for {}",
        connections, limit.rlim_cur - other_descriptors)};
}

}  // namespace drink_bench
