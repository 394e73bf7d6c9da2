#include "clients/drink_bench/report.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <utility>

namespace drink_bench {
namespace {

using std::chrono::nanoseconds;

// A name, and the percentage.
constexpr std::array percentiles{
    std::pair{"p50", 50.0}, std::pair{"p90", 90.0}, std::pair{"p99", 99.0},
    std::pair{"p99.9", 99.9}};

// What is counted.
struct Words {
    std::string_view many;
    std::string_view one;
};

Words words_of(std::string_view workload)
{
    if (workload == "drops") return {"drops", "drop"};
    if (workload == "stat") return {"STATs", "STAT"};
    if (workload == "logins") return {"logins", "login"};
    return {"connections", "connection"};
}

double microseconds(nanoseconds duration) { return static_cast<double>(duration.count()) / 1e3; }

// 1234567 as 1,234,567.
std::string grouped(std::uint64_t number)
{
    auto text = std::to_string(number);
    for (auto place = static_cast<std::ptrdiff_t>(text.size()) - 3; place > 0; place -= 3) {
        text.insert(static_cast<std::size_t>(place), 1, ',');
    }
    return text;
}

std::string grouped(double number)
{
    return grouped(static_cast<std::uint64_t>(std::llround(number)));
}

// The rows of the table: a name, and what there is to say.
class Table {
public:
    void row(std::string_view name, std::string_view text)
    {
        fmt::format_to(std::back_inserter(text_), "{:<12}{}\n", name, text);
    }

    std::string take() { return std::move(text_); }

private:
    std::string text_;
};

std::string load_text(const Subject& subject, const Outcome& outcome)
{
    auto text = fmt::format(
        "{}, {} members, {} boards", subject.workload, grouped(subject.members),
        grouped(subject.boards));
    if (subject.rate) {
        text += fmt::format(", {} per second", *subject.rate);
    } else if (subject.workload != "idle" && subject.workload != "connects") {
        text += ", closed loop";
    }
    text += fmt::format(", {:.2f} s", std::chrono::duration<double>{outcome.time}.count());
    if (outcome.interrupted) text += ", interrupted";
    return text;
}

void add_requests(Table& table, const Words& words, const Outcome& outcome)
{
    table.row(
        words.many,
        fmt::format("{}, {} per second", grouped(outcome.answered), grouped(per_second(outcome))));
    std::string refused;
    for (const auto& [code, count] : outcome.refused) {
        fmt::format_to(std::back_inserter(refused), ", {} with {}", grouped(count), code);
    }
    if (!refused.empty()) table.row("refused", grouped(refusals(outcome)) + refused);
}

void add_latency(Table& table, const Outcome& outcome)
{
    if (outcome.latency.count() == 0) return;
    std::string text;
    for (const auto& [name, percent] : percentiles) {
        fmt::format_to(
            std::back_inserter(text), "{} {}  ", name,
            format_duration(outcome.latency.percentile(percent)));
    }
    fmt::format_to(
        std::back_inserter(text), "max {}  mean {}", format_duration(outcome.latency.max()),
        format_duration(outcome.latency.mean()));
    table.row("latency", text);
}

void add_fairness(Table& table, const Words& words, const Outcome& outcome)
{
    table.row(
        "fairness", fmt::format(
                        "{} to {} {} of one member", grouped(outcome.fewest), grouped(outcome.most),
                        words.many));
    table.row(
        "pending", fmt::format(
                       "{} at most, {} in the end", format_duration(outcome.longest_pending),
                       format_duration(outcome.oldest_at_end)));
    if (outcome.backlog) {
        table.row(
            "waiting", fmt::format(
                           "{} at most for a free member, {} in the end",
                           grouped(outcome.backlog->longest), grouped(outcome.backlog->at_end)));
    }
}

std::string cpu_text(const UsedBy& used, const Words& words, const Outcome& outcome)
{
    auto share = fmt::format("{:.1f} % of a core", 100 * share_of_core(used, outcome));
    if (outcome.answered == 0) return share;
    const auto each = [&](nanoseconds time) {
        return microseconds(time) / static_cast<double>(outcome.answered);
    };
    return fmt::format(
        "{:.1f} us of CPU per {} ({:.1f} user, {:.1f} system), {}", each(used.cpu()), words.one,
        each(used.user()), each(used.cpu() - used.user()), share);
}

void add_server(Table& table, const Words& words, const Outcome& outcome)
{
    const auto& used = *outcome.server;
    table.row("server", cpu_text(used, words, outcome));
    auto memory = fmt::format(
        "{} KB, {} KB before", grouped(static_cast<double>(used.after.resident_bytes) / 1024),
        grouped(static_cast<double>(outcome.bytes_before_set_up) / 1024));
    if (outcome.answered == 0) {
        memory += fmt::format(
            ": {:.0f} bytes for each of {} connections", bytes_per_connection(outcome),
            grouped(outcome.connections));
    }
    table.row("memory", memory);
    const auto seconds = std::chrono::duration<double>{outcome.time}.count();
    table.row(
        "switches", fmt::format(
                        "{:.0f} per second because it waited, {:.0f} because of others",
                        static_cast<double>(used.waits()) / seconds,
                        static_cast<double>(used.preemptions()) / seconds));
}

void add_troubles(Table& table, const Outcome& outcome)
{
    if (outcome.never_answered > 0) table.row("unanswered", grouped(outcome.never_answered));
    if (outcome.gone > 0) {
        table.row("lost", fmt::format("{} connections", grouped(outcome.gone)));
        auto others = outcome.gone;
        for (const auto& [why, count] : outcome.reasons) {
            others -= count;
            table.row("", fmt::format("{}{}", why, count > 1 ? fmt::format(" ({}x)", count) : ""));
        }
        if (others > 0) table.row("", fmt::format("and {} others", grouped(others)));
    }
    if (share_of_core(outcome.self, outcome) > bottleneck_share) {
        table.row("WARNING", "drink-bench itself was the bottleneck: the server could do more");
    }
}

}  // namespace

std::string format_duration(nanoseconds duration)
{
    const auto us = microseconds(duration);
    const auto [value, unit] = us < 999.5     ? std::pair{us, "us"}
                               : us < 999'500 ? std::pair{us / 1e3, "ms"}
                                              : std::pair{us / 1e6, "s"};
    const int decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
    return fmt::format("{:.{}f} {}", value, decimals, unit);
}

std::string format_table(const Subject& subject, const Outcome& outcome)
{
    const auto words = words_of(subject.workload);
    Table table;
    table.row("load", load_text(subject, outcome));
    if (subject.workload != "idle") {
        add_requests(table, words, outcome);
        add_latency(table, outcome);
        if (subject.workload != "connects") add_fairness(table, words, outcome);
    }
    if (outcome.server) add_server(table, words, outcome);
    table.row("drink-bench", cpu_text(outcome.self, words, outcome));
    add_troubles(table, outcome);
    return table.take();
}

std::string format_progress(std::string_view at, nanoseconds elapsed, const Outcome& outcome)
{
    auto text = fmt::format(
        "{:>4} s  {}", std::chrono::duration_cast<std::chrono::seconds>(elapsed).count(), at);
    if (outcome.answered > 0) {
        fmt::format_to(
            std::back_inserter(text), "  {} done  p50 {}  p99 {}", grouped(outcome.answered),
            format_duration(outcome.latency.percentile(50)),
            format_duration(outcome.latency.percentile(99)));
    } else if (outcome.connections > 0) {
        fmt::format_to(std::back_inserter(text), "  {} set up", grouped(outcome.connections));
    }
    if (refusals(outcome) > 0) {
        fmt::format_to(std::back_inserter(text), "  {} refused", grouped(refusals(outcome)));
    }
    if (outcome.gone > 0) fmt::format_to(std::back_inserter(text), "  {} lost", outcome.gone);
    return text;
}

}  // namespace drink_bench
