#include "clients/tini_sim/live_view.hpp"

#include "support/catch.hpp"

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

using clients::Colour;
using tini_sim::LiveView;

namespace {

// What the view prints, without the time of day.
std::string told(LiveView::Style style, Colour colour, bool alarm)
{
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file{std::tmpfile(), &std::fclose};
    REQUIRE(file);
    LiveView{file.get(), style}.tell("d", "acked", colour, alarm);
    std::rewind(file.get());
    std::string text(200, '\0');
    text.resize(std::fread(text.data(), 1, text.size(), file.get()));
    const std::string_view time_of_day = "12:34:56.789";
    return text.size() < time_of_day.size() ? text : text.substr(time_of_day.size());
}

}  // namespace

TEST_CASE("live view: a line has its time, its machine in a column of its own, and what happened")
{
    CHECK(told({.machine_columns = 4}, Colour::good, false) == "  d     acked\n");
}

TEST_CASE("live view: colour is for terminals only")
{
    CHECK(told({.colour = true}, Colour::good, false) == "  d  \033[32macked\033[0m\n");
}

TEST_CASE("live view: quiet shows alarms and nothing else")
{
    CHECK(told({.quiet = true}, Colour::good, false).empty());
    CHECK(told({.quiet = true}, Colour::bad, true) == "  d  acked\n");
}

TEST_CASE("summary: a row per machine and one for all")
{
    const std::vector<tini_sim::MachineTally> machines{
        {.machine = "d", .tally = {.acks = 10, .nacks = 1}},
        {.machine = "little",
         .tally = {.acks = 2, .late_answers = 3, .power_losses = 1, .forbidden_lines = 4}}};
    CHECK(
        tini_sim::format_summary(machines) ==
        "machine    drops    acked   nacked   silent     late  cut off no power\n"
        "d             11       10        1        0        0        0        0\n"
        "little         6        2        0        0        3        0        1  forbidden lines: "
        "4\n"
        "all           17       12        1        0        3        0        1  forbidden lines: "
        "4\n");
}

TEST_CASE("summary: one machine needs no row for all")
{
    const std::vector<tini_sim::MachineTally> machines{{.machine = "d", .tally = {}}};
    CHECK(tini_sim::format_summary(machines).find("all") == std::string::npos);
}
