#include "daemon/log_writer.hpp"

#include <spdlog/pattern_formatter.h>

#include <cerrno>
#include <poll.h>
#include <string_view>
#include <unistd.h>
#include <utility>

namespace drinkd {
namespace {

constexpr std::size_t unwritten_bytes_max = 1 << 20;
// That much is not left to wait for more.
constexpr std::size_t much = 1 << 16;

}  // namespace

LogWriter::LogWriter(int descriptor, std::chrono::milliseconds soon)
    : descriptor_{descriptor},
      soon_{soon},
      formatter_{std::make_unique<spdlog::pattern_formatter>()},
      thread_{[this] { run(); }}
{
}

LogWriter::~LogWriter()
{
    {
        const std::scoped_lock lock{mutex_};
        stopping_ = true;
    }
    work_.notify_one();
}

void LogWriter::log(const spdlog::details::log_msg& message)
{
    std::unique_lock lock{mutex_};
    done_.wait(lock, [&] { return lines_.size() < unwritten_bytes_max; });
    const bool first = lines_.size() == 0;
    formatter_->format(message, lines_);
    const bool now = message.level >= spdlog::level::warn || lines_.size() >= much;
    const bool wake = first || (now && !at_once_);
    at_once_ = at_once_ || now;
    lock.unlock();
    if (wake) work_.notify_one();
}

void LogWriter::flush()
{
    std::unique_lock lock{mutex_};
    at_once_ = true;
    work_.notify_one();
    done_.wait(lock, [&] { return lines_.size() == 0 && !writing_; });
}

void LogWriter::set_pattern(const std::string& pattern)
{
    set_formatter(std::make_unique<spdlog::pattern_formatter>(pattern));
}

void LogWriter::set_formatter(std::unique_ptr<spdlog::formatter> formatter)
{
    const std::scoped_lock lock{mutex_};
    formatter_ = std::move(formatter);
}

void LogWriter::run()
{
    spdlog::memory_buf_t taken;
    std::unique_lock lock{mutex_};
    for (;;) {
        work_.wait(lock, [&] { return stopping_ || lines_.size() > 0; });
        if (lines_.size() == 0) return;
        work_.wait_for(lock, soon_, [&] { return stopping_ || at_once_; });
        std::swap(lines_, taken);
        at_once_ = false;
        writing_ = true;
        done_.notify_all();
        lock.unlock();
        write(taken);
        taken.clear();
        lock.lock();
        writing_ = false;
        done_.notify_all();
    }
}

void LogWriter::write(const spdlog::memory_buf_t& lines) const
{
    std::string_view rest{lines.data(), lines.size()};
    while (!rest.empty()) {
        const auto written = ::write(descriptor_, rest.data(), rest.size());
        if (written >= 0) {
            rest.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno == EAGAIN) {
            // Whoever shares the descriptor made it so.
            pollfd room{.fd = descriptor_, .events = POLLOUT, .revents = 0};
            ::poll(&room, 1, -1);
        } else if (errno != EINTR) {
            return;  // Nobody reads it or its disk is full, and there is nobody to tell.
        }
    }
}

}  // namespace drinkd
