#include "daemon/log.hpp"

#include <nlohmann/json.hpp>
#include <spdlog/async.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <memory>

namespace drinkd::log {
namespace {

constexpr std::size_t unwritten_lines_max = 8'192;

// Set once, before any thread but the main one runs.
bool as_json = false;

// Bytes that are no UTF-8 are replaced: a peer's words must not make a line unreadable.
std::string in_one_line(const nlohmann::ordered_json& value)
{
    return value.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

void append_value(std::string& out, const Value& value)
{
    if (const auto* text = std::get_if<std::string_view>(&value)) {
        const bool plain = std::ranges::all_of(
            *text, [](char c) { return c > ' ' && c <= '~' && c != '"' && c != '=' && c != '\\'; });
        out += plain ? std::string{*text} : in_one_line(*text);
    } else if (const auto* number = std::get_if<std::int64_t>(&value)) {
        out += std::to_string(*number);
    } else if (const auto* real = std::get_if<double>(&value)) {
        out += nlohmann::json(*real).dump();
    } else {
        out += std::get<bool>(value) ? "true" : "false";
    }
}

bool says_nothing(const Field& field)
{
    const auto* text = std::get_if<std::string_view>(&field.value);
    return text && text->empty();
}

void write(spdlog::level::level_enum level, std::string_view event, Fields fields)
{
    auto* logger = spdlog::default_logger_raw();
    if (!logger->should_log(level)) return;
    logger->log(level, "{}", as_json ? format_json(event, fields) : format_text(event, fields));
}

}  // namespace

void set_up(const config::Log& settings)
{
    as_json = settings.format == config::LogFormat::json;
    if (!spdlog::thread_pool()) spdlog::init_thread_pool(unwritten_lines_max, 1);
    auto logger = std::make_shared<spdlog::async_logger>(
        "drinkd", std::make_shared<spdlog::sinks::stderr_sink_mt>(), spdlog::thread_pool(),
        spdlog::async_overflow_policy::block);
    logger->set_pattern(
        as_json ? R"({"time":"%Y-%m-%dT%H:%M:%S.%e%z","level":"%l",%v})"
                : "%Y-%m-%dT%H:%M:%S.%e%z %l %v");
    logger->set_level(spdlog::level::from_str(settings.level));
    spdlog::set_default_logger(std::move(logger));
}

void flush() { spdlog::shutdown(); }

void debug(std::string_view event, Fields fields) { write(spdlog::level::debug, event, fields); }
void info(std::string_view event, Fields fields) { write(spdlog::level::info, event, fields); }
void warn(std::string_view event, Fields fields) { write(spdlog::level::warn, event, fields); }
void error(std::string_view event, Fields fields) { write(spdlog::level::err, event, fields); }

std::string format_text(std::string_view event, Fields fields)
{
    std::string line{event};
    for (const auto& field : fields) {
        if (says_nothing(field)) continue;
        line += ' ';
        line += field.name;
        line += '=';
        append_value(line, field.value);
    }
    return line;
}

std::string format_json(std::string_view event, Fields fields)
{
    nlohmann::ordered_json line;
    line["event"] = event;
    for (const auto& field : fields) {
        if (says_nothing(field)) continue;
        std::visit([&](const auto& value) { line[std::string{field.name}] = value; }, field.value);
    }
    const auto object = in_one_line(line);
    return object.substr(1, object.size() - 2);
}

}  // namespace drinkd::log
