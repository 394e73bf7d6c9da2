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

void add_ticks(const fs::path& stat, ProcessUsage& usage)
{
    std::ifstream file{stat};
    std::string text;
    std::getline(file, text);
    // Fields 14 and 15. The second is the program's name in parentheses, with anything in it.
    const auto name_end = text.rfind(')');
    if (name_end == std::string::npos) return;
    std::istringstream fields{text.substr(name_end + 1)};
    std::string skipped;
    for (int field = 3; field < 14; ++field) fields >> skipped;
    fields >> usage.user_ticks >> usage.system_ticks;
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
    add_ticks(folder / "stat", usage);
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
