#pragma once

#include <spdlog/formatter.h>
#include <spdlog/sinks/sink.h>

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace drinkd {

/// Hands lines to a thread of its own, which writes many of them at once: to wake a thread for each
/// cost more than all else about a line. One that is a warning or worse is written at once, any
/// other soon. Callers wait while very much is unwritten, so that no line is lost.
class LogWriter final : public spdlog::sinks::sink {
public:
    /// Writes to `descriptor`, which must stay open. `soon` is how long a line may wait.
    LogWriter(int descriptor, std::chrono::milliseconds soon);
    /// Writes what is not written yet.
    ~LogWriter() override;

    void log(const spdlog::details::log_msg& message) override;
    /// Waits until all is written.
    void flush() override;
    void set_pattern(const std::string& pattern) override;
    void set_formatter(std::unique_ptr<spdlog::formatter> formatter) override;

private:
    void run();
    void write(const spdlog::memory_buf_t& lines) const;

    const int descriptor_;
    const std::chrono::milliseconds soon_;

    std::mutex mutex_;  // Guards what follows.
    std::condition_variable work_;
    std::condition_variable done_;  // Something was taken or written.
    std::unique_ptr<spdlog::formatter> formatter_;
    spdlog::memory_buf_t lines_;
    bool at_once_ = false;
    bool writing_ = false;
    bool stopping_ = false;

    std::jthread thread_;  // Last: it uses everything above.
};

}  // namespace drinkd
