#include "clients/common/command_line.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <sstream>
#include <string_view>

namespace clients {
namespace {

// The text broken into lines of at most that many columns.
std::string wrapped(std::string_view text, std::size_t columns_max)
{
    std::string result;
    while (text.size() > columns_max) {
        const auto blank = text.rfind(' ', columns_max);
        if (blank == std::string_view::npos) break;
        result += text.substr(0, blank);
        result += '\n';
        text.remove_prefix(blank + 1);
    }
    return result.append(text);
}

class PlainFormatter : public CLI::Formatter {
    static constexpr std::size_t name_columns = 28;
    static constexpr std::size_t description_columns = 52;

public:
    PlainFormatter() { column_width(name_columns); }

    std::string make_option_opts(const CLI::Option* option) const override
    {
        if (option->get_type_size() == 0) return {};
        // CLI11 puts the bounds of a value behind a colon.
        const auto name = option->get_type_name();
        return " " + name.substr(0, name.find(':'));
    }

    std::string make_option_desc(const CLI::Option* option) const override
    {
        auto text = option->get_description();
        if (const auto value = option->get_default_str(); !value.empty()) {
            text += fmt::format(" (default {})", value);
        }
        if (const auto variable = option->get_envname(); !variable.empty()) {
            text += fmt::format(" [{}]", variable);
        }
        return wrapped(text, description_columns);
    }

    std::string make_description(const CLI::App* app) const override
    {
        return wrapped(app->get_description(), name_columns + description_columns) + "\n\n";
    }
};

}  // namespace

void prepare(CLI::App& app)
{
    app.formatter(std::make_shared<PlainFormatter>());
    app.set_version_flag("--version", fmt::format("{} {}", app.get_name(), DRINKD_VERSION));
}

EarlyEnd early_end_of(const CLI::App& app, const CLI::ParseError& error)
{
    std::ostringstream out;
    std::ostringstream err;
    const int code = app.exit(error, out, err);
    if (code == 0) return {.exit_code = 0, .text = out.str()};
    return {.exit_code = usage_exit_code, .text = fmt::format("{}: {}", app.get_name(), err.str())};
}

int print(const EarlyEnd& end)
{
    fmt::print(end.exit_code == 0 ? stdout : stderr, "{}", end.text);
    if (!end.text.ends_with('\n')) fmt::print(end.exit_code == 0 ? stdout : stderr, "\n");
    return end.exit_code;
}

}  // namespace clients
