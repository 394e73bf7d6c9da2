#include "clients/drink_bench/report.hpp"
#include "support/catch.hpp"

#include <nlohmann/json.hpp>

using namespace std::chrono_literals;
using drink_bench::format_duration;
using drink_bench::Outcome;
using drink_bench::Subject;

namespace {

const Subject drops{.workload = "drops", .members = 64, .boards = 16, .rate = {}};

// Two seconds, 4,000 drops of 1 to 2 ms, with a server that used 30 us for each.
Outcome outcome_of_drops()
{
    Outcome outcome;
    outcome.time = 2s;
    outcome.connections = 80;
    for (int i = 0; i < 4'000; ++i) outcome.latency.add(i % 2 == 0 ? 1ms : 2ms);
    outcome.answered = 4'000;
    outcome.fewest = 60;
    outcome.most = 65;
    outcome.longest_pending = 3ms;
    outcome.oldest_at_end = 500us;
    outcome.bytes_before_set_up = 10'240'000;
    outcome.server.emplace();
    outcome.server->before = {
        .cpu = 1s, .user_ticks = 40, .system_ticks = 60, .waits = 5, .preemptions = 1};
    outcome.server->after = {
        .cpu = 1'120ms,
        .user_ticks = 45,
        .system_ticks = 67,
        .waits = 2'005,
        .preemptions = 3,
        .resident_bytes = 20'480'000};
    outcome.self.after = {.cpu = 40ms, .user_ticks = 1, .system_ticks = 3};
    return outcome;
}

nlohmann::json json_of(const Subject& subject, const Outcome& outcome)
{
    return nlohmann::json::parse(drink_bench::format_json(subject, outcome));
}

}  // namespace

TEST_CASE("bench report: a table of drops")
{
    CHECK(
        drink_bench::format_table(drops, outcome_of_drops()) ==
        R"(load        drops, 64 members, 16 boards, closed loop, 2.00 s
drops       4,000, 2,000 per second
latency     p50 1.00 ms  p90 2.00 ms  p99 2.00 ms  p99.9 2.00 ms  max 2.00 ms  mean 1.50 ms
fairness    60 to 65 drops of one member
pending     3.00 ms at most, 500 us in the end
server      30.0 us of CPU per drop (12.5 user, 17.5 system), 6.0 % of a core
memory      20,000 KB, 10,000 KB before
switches    1000 per second because it waited, 1 because of others
drink-bench 10.0 us of CPU per drop (2.5 user, 7.5 system), 2.0 % of a core
)");
}

TEST_CASE("bench report: JSON has the same in microseconds")
{
    const auto json = json_of(drops, outcome_of_drops());
    CHECK(json.at("workload") == "drops");
    CHECK(json.at("per_second") == 2'000);
    CHECK(json.at("answered") == 4'000);
    CHECK(json.at("latency_us").at("max") == 2'000);
    CHECK(json.at("latency_us").at("mean") == 1'500);
    CHECK(json.at("latency_us").at("p999") == 2'000);
    CHECK(json.at("fewest_of_a_member") == 60);
    CHECK(json.at("longest_pending_us") == 3'000);
    CHECK(json.at("server").at("cpu_us_per_request") == 30);
    CHECK(json.at("server").at("waits") == 2'000);
    CHECK(json.at("self").at("bottleneck") == false);
    CHECK_FALSE(json.contains("rate"));
    CHECK_FALSE(json.contains("backlog"));
}

TEST_CASE("bench report: refusals are told apart from drops, by their code")
{
    auto outcome = outcome_of_drops();
    outcome.refused = {{100, 1'200}, {152, 34}};
    CHECK(drink_bench::format_table(drops, outcome)
              .contains("refused     1,234, 1,200 with 100, 34 with 152\n"));
    const auto json = json_of(drops, outcome);
    CHECK(json.at("answered") == 4'000);
    CHECK(json.at("refused") == 1'234);
    CHECK(json.at("refused_by_code").at("152") == 34);
}

TEST_CASE("bench report: says so when drink-bench itself was the bottleneck")
{
    auto outcome = outcome_of_drops();
    outcome.self.after.cpu = 1'801ms;
    CHECK(drink_bench::format_table(drops, outcome).contains("WARNING"));
    CHECK(json_of(drops, outcome).at("self").at("bottleneck") == true);
}

TEST_CASE("bench report: what is not known of a server elsewhere is left out")
{
    auto outcome = outcome_of_drops();
    outcome.server.reset();
    CHECK_FALSE(drink_bench::format_table(drops, outcome).contains("memory"));
    CHECK_FALSE(json_of(drops, outcome).contains("server"));
}

TEST_CASE("bench report: a fixed rate tells what waited for a free member")
{
    auto outcome = outcome_of_drops();
    auto subject = drops;
    subject.rate = 2'000;
    outcome.backlog = {.longest = 17, .at_end = 3};
    const auto table = drink_bench::format_table(subject, outcome);
    CHECK(table.contains("16 boards, 2000 per second, 2.00 s\n"));
    CHECK(table.contains("waiting     17 at most for a free member, 3 in the end\n"));
    CHECK(json_of(subject, outcome).at("backlog").at("longest") == 17);
}

TEST_CASE("bench report: lost connections are counted with their reasons")
{
    auto outcome = outcome_of_drops();
    outcome.gone = 1'003;
    outcome.reasons = {{"member7 lost its connection: the other side hung up", 1}, {"other", 2}};
    const auto table = drink_bench::format_table(drops, outcome);
    CHECK(table.contains("lost        1,003 connections\n"));
    CHECK(table.contains("member7 lost its connection: the other side hung up\n"));
    CHECK(table.contains("other (2x)\n"));
    CHECK(table.contains("and 1,000 others\n"));
    CHECK(json_of(drops, outcome).at("lost") == 1'003);
}

TEST_CASE("bench report: idle connections have a price in memory and no latency")
{
    auto outcome = outcome_of_drops();
    outcome.latency = {};
    outcome.answered = 0;
    outcome.connections = 4'000;
    const Subject idle{.workload = "idle", .members = 2'000, .boards = 2'000, .rate = {}};
    const auto table = drink_bench::format_table(idle, outcome);
    CHECK(table.contains("2560 bytes for each of 4,000 connections\n"));
    CHECK_FALSE(table.contains("latency"));
    CHECK(json_of(idle, outcome).at("server").at("bytes_per_connection") == 2'560);
}

TEST_CASE("bench report: a run in which nothing was answered is told too")
{
    Outcome outcome;
    outcome.interrupted = true;
    CHECK(drink_bench::format_table(drops, outcome).contains("interrupted"));
    CHECK(json_of(drops, outcome).at("per_second") == 0);
}

TEST_CASE("bench report: durations have three digits and the unit that suits them")
{
    CHECK(format_duration(0ns) == "0.00 us");
    CHECK(format_duration(1'234ns) == "1.23 us");
    CHECK(format_duration(99'960ns) == "100 us");
    CHECK(format_duration(512us) == "512 us");
    CHECK(format_duration(999'600ns) == "1.00 ms");
    CHECK(format_duration(34'560us) == "34.6 ms");
    CHECK(format_duration(12s) == "12.0 s");
    CHECK(format_duration(1'234s) == "1234 s");
}
