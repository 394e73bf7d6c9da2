#include "clients/drink_bench/process_usage.hpp"

#include "protocol/words.hpp"

#include <fmt/format.h>

#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>

namespace drink_bench {
namespace {

namespace fs = std::filesystem;

// The number in a line such as `VmRSS:     1234 kB`.
std::optional<std::int64_t> number_behind(std::string_view line, std::string_view name)
{
    if (!line.starts_with(name)) return std::nullopt;
    auto number = protocol::trimmed(line.substr(name.size()));
    number = number.substr(0, number.find(' '));
    return protocol::parse_number<std::int64_t>(number);
}

void add_switches(const fs::path& status, ProcessUsage& usage)
{
    std::ifstream file{status};
    for (std::string line; std::getline(file, line);) {
        usage.waits += number_behind(line, "voluntary_ctxt_switches:").value_or(0);
        usage.preemptions += number_behind(line, "nonvoluntary_ctxt_switches:").value_or(0);
    }
}

// The kernel tells user and system time in hundredths of a second only, and all of it exactly.
std::chrono::nanoseconds user_share(const fs::path& process, std::chrono::nanoseconds cpu)
{
    std::ifstream file{process / "stat"};
    std::string text;
    std::getline(file, text);
    // Fields 14 and 15. The second is the program's name in parentheses, with anything in it.
    const auto name_end = text.rfind(')');
    if (name_end == std::string::npos) return {};
    std::istringstream fields{text.substr(name_end + 1)};
    std::string skipped;
    for (int field = 3; field < 14; ++field) fields >> skipped;
    double user = 0;
    double system = 0;
    fields >> user >> system;
    if (user + system == 0) return {};
    return std::chrono::nanoseconds{
        static_cast<std::int64_t>(static_cast<double>(cpu.count()) * user / (user + system))};
}

}  // namespace

std::optional<ProcessUsage> usage_of(pid_t process)
{
    clockid_t clock{};
    timespec time{};
    if (::clock_getcpuclockid(process, &clock) != 0 || ::clock_gettime(clock, &time) != 0) {
        return std::nullopt;
    }
    const fs::path folder = fmt::format("/proc/{}", process);
    ProcessUsage usage;
    usage.cpu = std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec};
    usage.user = user_share(folder, usage.cpu);
    std::ifstream status{folder / "status"};
    for (std::string line; std::getline(status, line);) {
        usage.resident_bytes += 1024 * number_behind(line, "VmRSS:").value_or(0);
    }
    std::error_code ignored;
    for (const auto& thread : fs::directory_iterator{folder / "task", ignored}) {
        add_switches(thread.path() / "status", usage);
    }
    return usage;
}

}  // namespace drink_bench
