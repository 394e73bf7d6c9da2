#include "clients/drink_bench/report.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <cmath>

namespace drink_bench {
namespace {

using nlohmann::ordered_json;
using std::chrono::nanoseconds;

double seconds(nanoseconds duration) { return std::chrono::duration<double>{duration}.count(); }

// To tenths: a run does not repeat to more.
double rounded(double value) { return std::round(value * 10) / 10; }

double microseconds(nanoseconds duration)
{
    return rounded(static_cast<double>(duration.count()) / 1e3);
}

ordered_json to_json(const UsedBy& used, const Outcome& outcome)
{
    ordered_json json{
        {"cpu_us", microseconds(used.cpu())},
        {"user_us", microseconds(used.user())},
        {"system_us", microseconds(used.cpu() - used.user())},
        {"share_of_core", share_of_core(used, outcome)},
        {"waits", used.waits()},
        {"preemptions", used.preemptions()},
        {"resident_bytes", used.after.resident_bytes}};
    if (outcome.answered > 0) {
        json["cpu_us_per_request"] =
            microseconds(used.cpu()) / static_cast<double>(outcome.answered);
    }
    return json;
}

ordered_json latency_json(const Histogram& latency)
{
    return {{"p50", microseconds(latency.percentile(50))},
            {"p90", microseconds(latency.percentile(90))},
            {"p99", microseconds(latency.percentile(99))},
            {"p999", microseconds(latency.percentile(99.9))},
            {"max", microseconds(latency.max())},
            {"mean", microseconds(latency.mean())}};
}

}  // namespace

std::string format_json(const Subject& subject, const Outcome& outcome)
{
    ordered_json json{
        {"workload", subject.workload},
        {"members", subject.members},
        {"boards", subject.boards},
        {"seconds", seconds(outcome.time)},
        {"interrupted", outcome.interrupted},
        {"connections", outcome.connections},
        {"set_up_seconds", seconds(outcome.set_up_time)},
        {"answered", outcome.answered},
        {"per_second", rounded(per_second(outcome))},
        {"refused", refusals(outcome)},
        {"refused_by_code", ordered_json::object()},
        {"latency_us", latency_json(outcome.latency)},
        {"fewest_of_a_member", outcome.fewest},
        {"most_of_a_member", outcome.most},
        {"longest_pending_us", microseconds(outcome.longest_pending)},
        {"oldest_at_end_us", microseconds(outcome.oldest_at_end)},
        {"never_answered", outcome.never_answered},
        {"lost", outcome.gone},
        {"lost_reasons", outcome.reasons},
        {"self", to_json(outcome.self, outcome)}};
    for (const auto& [code, count] : outcome.refused) {
        json["refused_by_code"][std::to_string(code)] = count;
    }
    if (subject.rate) json["rate"] = *subject.rate;
    if (outcome.backlog) {
        json["backlog"] = {
            {"longest", outcome.backlog->longest}, {"at_end", outcome.backlog->at_end}};
    }
    json["self"]["bottleneck"] = share_of_core(outcome.self, outcome) > bottleneck_share;
    if (outcome.server) {
        json["server"] = to_json(*outcome.server, outcome);
        json["server"]["resident_bytes_before"] = outcome.bytes_before_set_up;
        json["server"]["bytes_per_connection"] = rounded(bytes_per_connection(outcome));
    }
    return json.dump(2) + "\n";
}

}  // namespace drink_bench
