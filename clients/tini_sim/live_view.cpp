#include "clients/tini_sim/live_view.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <ctime>

namespace tini_sim {
namespace {

std::string time_of_day()
{
    using namespace std::chrono;
    const auto now = system_clock::now();
    const auto millisecond = duration_cast<milliseconds>(now.time_since_epoch()).count() % 1'000;
    return fmt::format(
        "{:%H:%M:%S}.{:03}", fmt::localtime(system_clock::to_time_t(now)), millisecond);
}

std::string summary_row(std::string_view machine, std::size_t width, const Tally& tally)
{
    auto row = fmt::format(
        "{:<{}} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8}", machine, width, tally.drops(),
        tally.acks, tally.nacks, tally.silences, tally.late_answers, tally.disconnects,
        tally.power_losses);
    if (tally.forbidden_lines > 0) {
        row += fmt::format("  forbidden lines: {}", tally.forbidden_lines);
    }
    return row + "\n";
}

}  // namespace

void LiveView::tell(
    std::string_view machine, std::string_view note, clients::Colour colour, bool alarm)
{
    if (style_.quiet && !alarm) return;
    if (!style_.colour) colour = clients::Colour::plain;
    fmt::print(
        out_, "{}  {:<{}}  {}\n", time_of_day(), machine, style_.machine_columns,
        clients::coloured(note, colour));
    std::fflush(out_);
}

std::string format_summary(std::span<const MachineTally> machines)
{
    constexpr std::string_view title = "machine";
    std::size_t width = title.size();
    for (const auto& each : machines) width = std::max(width, each.machine.size());

    auto text = fmt::format(
        "{:<{}} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8}\n", title, width, "drops", "acked",
        "nacked", "silent", "late", "cut off", "no power");
    Tally sum;
    for (const auto& each : machines) {
        text += summary_row(each.machine, width, each.tally);
        sum += each.tally;
    }
    if (machines.size() > 1) text += summary_row("all", width, sum);
    return text;
}

}  // namespace tini_sim
