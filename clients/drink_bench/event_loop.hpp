#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <queue>
#include <span>
#include <vector>

namespace drink_bench {

using Clock = std::chrono::steady_clock;
using Time = Clock::time_point;

/// What has a descriptor that the loop watches.
class Watched {
public:
    virtual void on_ready(std::uint32_t epoll_events) = 0;

protected:
    ~Watched() = default;
};

/// What wants to be called at a time.
class Timed {
public:
    virtual void on_time(Time now) = 0;

protected:
    ~Timed() = default;
};

/// epoll and a heap of times, for one thread. Not Asio: a drop is two events here, and what
/// measures has to cost less than what it measures.
class EventLoop {
public:
    EventLoop();
    EventLoop(const EventLoop&) = delete;
    EventLoop& operator=(const EventLoop&) = delete;
    ~EventLoop();

    /// Until the descriptor is closed; `watched` must live as long. An event that was waiting when
    /// it was closed may still come.
    void watch(int descriptor, std::uint32_t epoll_events, Watched& watched);
    /// Watches it for something else.
    void change(int descriptor, std::uint32_t epoll_events, Watched& watched);
    /// Cannot be taken back, so `timed` lives until then or as long as the loop.
    void call_at(Time time, Timed& timed);

    /// Hands out what has happened; waits for the first of it until `limit`.
    void run_once(Time limit);

    /// Where everybody reads to. What is in it holds until the next read.
    std::span<char> buffer() { return buffer_; }

private:
    struct Call {
        Time time;
        Timed* timed;
        bool operator>(const Call& other) const { return time > other.time; }
    };

    void control(int operation, int descriptor, std::uint32_t epoll_events, Watched& watched) const;
    void call_due(Time now);

    int epoll_;
    std::priority_queue<Call, std::vector<Call>, std::greater<>> calls_;
    std::vector<char> buffer_;
};

}  // namespace drink_bench
