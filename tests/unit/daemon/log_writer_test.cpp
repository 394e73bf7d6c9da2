#include "daemon/log_writer.hpp"

#include "support/catch.hpp"

#include <spdlog/logger.h>

#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <unistd.h>

using namespace std::chrono_literals;

namespace {

// A log whose lines come out of a pipe.
class PipedLog {
public:
    explicit PipedLog(std::chrono::milliseconds soon)
    {
        REQUIRE(::pipe(ends_.data()) == 0);
        auto writer = std::make_shared<drinkd::LogWriter>(ends_[1], soon);
        writer->set_pattern("%v");
        logger_.emplace("test", std::move(writer));
    }
    PipedLog(const PipedLog&) = delete;
    PipedLog& operator=(const PipedLog&) = delete;
    ~PipedLog()
    {
        end();
        ::close(ends_[0]);
    }

    spdlog::logger& logger() { return *logger_; }

    void end()
    {
        logger_.reset();
        if (ends_[1] >= 0) ::close(std::exchange(ends_[1], -1));
    }

    // Waits for so many bytes, or for the end.
    std::string read(std::size_t size)
    {
        std::string text;
        while (text.size() < size) {
            std::array<char, 65'536> bytes;
            const auto got =
                ::read(ends_[0], bytes.data(), std::min(bytes.size(), size - text.size()));
            if (got <= 0) break;
            text.append(bytes.data(), static_cast<std::size_t>(got));
        }
        return text;
    }

private:
    std::array<int, 2> ends_{};
    std::optional<spdlog::logger> logger_;
};

}  // namespace

TEST_CASE("log writer: lines are written in their order without being asked for")
{
    PipedLog log{1ms};
    log.logger().info("one");
    log.logger().info("two");
    REQUIRE(log.read(8) == "one\ntwo\n");
    log.logger().info("three");
    REQUIRE(log.read(6) == "three\n");
}

TEST_CASE("log writer: a warning is written at once, with all before it")
{
    PipedLog log{1h};
    log.logger().info("one");
    log.logger().warn("two");
    REQUIRE(log.read(8) == "one\ntwo\n");
}

TEST_CASE("log writer: a flush waits until all is written")
{
    PipedLog log{1h};
    log.logger().info("one");
    log.logger().flush();
    log.end();
    REQUIRE(log.read(100) == "one\n");
}

TEST_CASE("log writer: what is unwritten in the end is written")
{
    PipedLog log{1h};
    log.logger().info("one");
    log.end();
    REQUIRE(log.read(100) == "one\n");
}

TEST_CASE("log writer: a caller waits for a log that nobody reads, and no line is lost")
{
    PipedLog log{1ms};
    constexpr int lines = 100'000;
    const std::string line(63, 'x');
    std::jthread caller{[&] {
        for (int count = 0; count < lines; ++count) log.logger().info("{}", line);
    }};
    const auto text = log.read(lines * (line.size() + 1));
    REQUIRE(text.size() == lines * (line.size() + 1));
    REQUIRE(std::ranges::count(text, '\n') == lines);
}

TEST_CASE("log writer: a log that cannot be written does not hold up anybody")
{
    drinkd::LogWriter writer{-1, 1ms};
    spdlog::details::log_msg message{"test", spdlog::level::warn, "lost"};
    writer.log(message);
    writer.flush();
}
