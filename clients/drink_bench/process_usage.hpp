#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <sys/types.h>

namespace drink_bench {

/// What a process of this computer has used since it was started.
struct ProcessUsage {
    std::chrono::nanoseconds cpu{0};
    std::int64_t user_ticks = 0;      ///< Outside of the kernel, and inside of it: as coarse as
    std::int64_t system_ticks = 0;    ///< the system tells it, of use for their ratio only.
    std::int64_t waits = 0;           ///< Context switches because a thread had to wait.
    std::int64_t preemptions = 0;     ///< Because something else was to run.
    std::int64_t resident_bytes = 0;  ///< Not a sum: what it has now.
};

/// Nothing when there is no such process.
std::optional<ProcessUsage> usage_of(pid_t process);

}  // namespace drink_bench
