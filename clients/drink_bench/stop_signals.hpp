#pragma once

#include "clients/drink_bench/event_loop.hpp"

namespace drink_bench {

/// Counts SIGINT and SIGTERM on the loop, in place of what they do otherwise.
class StopSignals final : private Watched {
public:
    explicit StopSignals(EventLoop& loop);
    StopSignals(const StopSignals&) = delete;
    StopSignals& operator=(const StopSignals&) = delete;
    ~StopSignals();

    const int& count() const { return count_; }

private:
    void on_ready(std::uint32_t epoll_events) override;

    int descriptor_;
    int count_ = 0;
};

}  // namespace drink_bench
