// Is loaded into a program before its C library (LD_PRELOAD), and tells it a wall clock that is as
// many seconds off as the file says whose name is in WALL_CLOCK_FILE: one 64-bit integer. All other
// clocks stay as they are.
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

namespace {

const volatile std::int64_t* map_offset()
{
    static const std::int64_t none = 0;
    const char* name = std::getenv("WALL_CLOCK_FILE");
    const int file = name ? ::open(name, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0) return &none;
    void* const mapped = ::mmap(nullptr, sizeof none, PROT_READ, MAP_SHARED, file, 0);
    ::close(file);
    return mapped == MAP_FAILED ? &none : static_cast<const std::int64_t*>(mapped);
}

std::int64_t offset()
{
    static const volatile std::int64_t* const seconds = map_offset();
    return *seconds;
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t clock, timespec* time) noexcept
{
    const auto result = ::syscall(SYS_clock_gettime, clock, time);
    const bool is_wall = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
    if (result == 0 && is_wall) time->tv_sec += offset();
    return static_cast<int>(result);
}

int gettimeofday(timeval* time, void*) noexcept
{
    timespec now{};
    if (clock_gettime(CLOCK_REALTIME, &now) != 0) return -1;
    *time = {.tv_sec = now.tv_sec, .tv_usec = now.tv_nsec / 1'000};
    return 0;
}

time_t time(time_t* where) noexcept
{
    timespec now{};
    if (clock_gettime(CLOCK_REALTIME, &now) != 0) return -1;
    if (where) *where = now.tv_sec;
    return now.tv_sec;
}

}  // extern "C"
