#include "daemon/log.hpp"

#include "daemon/log_writer.hpp"

#include <spdlog/spdlog.h>

#include <memory>
#include <unistd.h>

namespace drinkd::log {
namespace {

// Short enough to watch a log, long enough for hundreds of lines under load.
constexpr std::chrono::milliseconds soon{20};

// Set once, before any thread but the main one runs.
bool as_json = false;

void write(spdlog::level::level_enum level, std::string_view event, Fields fields)
{
    auto* logger = spdlog::default_logger_raw();
    if (!logger->should_log(level)) return;
    const auto line = as_json ? format_json(event, fields) : format_text(event, fields);
    logger->log(level, spdlog::string_view_t{line});
}

}  // namespace

void set_up(const config::Log& settings)
{
    as_json = settings.format == config::LogFormat::json;
    auto logger = std::make_shared<spdlog::logger>(
        "drinkd", std::make_shared<LogWriter>(STDERR_FILENO, soon));
    logger->set_pattern(
        as_json ? R"({"time":"%Y-%m-%dT%H:%M:%S.%e%z","level":"%l",%v})"
                : "%Y-%m-%dT%H:%M:%S.%e%z %l %v");
    logger->set_level(spdlog::level::from_str(settings.level));
    spdlog::set_default_logger(std::move(logger));
}

void flush() { spdlog::default_logger_raw()->flush(); }

void debug(std::string_view event, Fields fields) { write(spdlog::level::debug, event, fields); }
void info(std::string_view event, Fields fields) { write(spdlog::level::info, event, fields); }
void warn(std::string_view event, Fields fields) { write(spdlog::level::warn, event, fields); }
void error(std::string_view event, Fields fields) { write(spdlog::level::err, event, fields); }

}  // namespace drinkd::log
