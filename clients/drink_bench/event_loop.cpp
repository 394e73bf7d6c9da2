#include "clients/drink_bench/event_loop.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <sys/epoll.h>
#include <system_error>
#include <unistd.h>

namespace drink_bench {
namespace {

constexpr std::size_t buffer_bytes = 65'536;
constexpr std::size_t events_max = 256;

timespec timeout_until(Time time)
{
    using namespace std::chrono;
    const auto left = std::max(duration_cast<nanoseconds>(time - Clock::now()), nanoseconds{0});
    const auto whole = duration_cast<seconds>(left);
    return {.tv_sec = whole.count(), .tv_nsec = (left - whole).count()};
}

}  // namespace

EventLoop::EventLoop() : epoll_{::epoll_create1(EPOLL_CLOEXEC)}, buffer_(buffer_bytes)
{
    if (epoll_ < 0) throw std::system_error{errno, std::generic_category(), "epoll_create1"};
}

EventLoop::~EventLoop() { ::close(epoll_); }

void EventLoop::watch(int descriptor, std::uint32_t epoll_events, Watched& watched)
{
    control(EPOLL_CTL_ADD, descriptor, epoll_events, watched);
}

void EventLoop::change(int descriptor, std::uint32_t epoll_events, Watched& watched)
{
    control(EPOLL_CTL_MOD, descriptor, epoll_events, watched);
}

void EventLoop::control(
    int operation, int descriptor, std::uint32_t epoll_events, Watched& watched) const
{
    epoll_event event{.events = epoll_events, .data = {.ptr = &watched}};
    if (::epoll_ctl(epoll_, operation, descriptor, &event) != 0) {
        throw std::system_error{errno, std::generic_category(), "epoll_ctl"};
    }
}

void EventLoop::call_at(Time time, Timed& timed) { calls_.push({time, &timed}); }

void EventLoop::run_once(Time limit)
{
    std::array<epoll_event, events_max> events;
    const auto timeout = timeout_until(calls_.empty() ? limit : std::min(limit, calls_.top().time));
    const int count = ::epoll_pwait2(epoll_, events.data(), events_max, &timeout, nullptr);
    if (count < 0 && errno != EINTR) {
        throw std::system_error{errno, std::generic_category(), "epoll_pwait2"};
    }
    for (int i = 0; i < count; ++i) {
        const auto& event = events[static_cast<std::size_t>(i)];
        static_cast<Watched*>(event.data.ptr)->on_ready(event.events);
    }
    if (!calls_.empty()) call_due(Clock::now());
}

void EventLoop::call_due(Time now)
{
    // Those that are asked for meanwhile have their turn in the next round.
    while (!calls_.empty() && calls_.top().time < now) {
        Timed& timed = *calls_.top().timed;
        calls_.pop();
        timed.on_time(now);
    }
}

}  // namespace drink_bench
