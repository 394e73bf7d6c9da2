// drink-bench against its own relay and against drinkd, each workload for a moment.
#include "bench_house.hpp"
#include "relay_process.hpp"
#include "support/catch.hpp"
#include "support/process.hpp"

#include <fmt/format.h>

#include <cstdint>

using namespace support;
using nlohmann::json;

namespace {

json result_of(const std::vector<std::string>& words)
{
    const auto finished = run_program(words);
    INFO(finished.err);
    REQUIRE(finished.exit_code == 0);
    auto result = json::parse(finished.out);
    CHECK(result.at("lost") == 0);
    CHECK(result.at("never_answered") == 0);
    return result;
}

// For a moment.
json measure(const std::filesystem::path& ready_file, std::vector<std::string> arguments)
{
    arguments.insert(arguments.end(), {"--duration", "0.4"});
    return result_of(bench_command(ready_file, std::move(arguments)));
}

std::vector<std::string> four_members(std::vector<std::string> arguments)
{
    arguments.insert(
        arguments.end(), {"--members", "4", "--boards", "3", "--login", "ibutton", "--slots", "2"});
    return arguments;
}

}  // namespace

TEST_CASE("drink-bench: drops of the relay, with its process")
{
    RelayProcess relay;
    const auto result =
        measure(relay.ready_file(), four_members({"--pid", std::to_string(relay.process().pid())}));
    CHECK(result.at("answered") > 0);
    CHECK(result.at("refused") == 0);
    CHECK(result.at("fewest_of_a_member") > 0);
    CHECK(result.at("latency_us").at("p50") > 0);
    CHECK(result.at("latency_us").at("max") >= result.at("latency_us").at("p999"));
    CHECK(result.at("server").at("cpu_us_per_request") > 0);
}

TEST_CASE("drink-bench: drops of drinkd are paid, each once")
{
    BenchHouse house;
    const auto result = measure(house.ready_file(), four_members({}));
    CHECK(result.at("answered") > 0);
    const auto users = json::parse(house.daemon().run({"user", "list", "--json"}).out);
    std::int64_t paid = 0;
    for (const auto& user : users) paid += 1'000'000 - user.at("credits").get<std::int64_t>();
    INFO("those that were under way at the end are paid and not counted");
    CHECK(paid >= result.at("answered").get<std::int64_t>());
    CHECK(paid <= result.at("answered").get<std::int64_t>() + 4);
    CHECK(json::parse(house.daemon().run({"doubts", "--json"}).out).empty());
}

TEST_CASE("drink-bench: boards of tini 2 that tell their state, too")
{
    BenchHouse house;
    CHECK(measure(house.ready_file(), four_members({"--tini2", "--status"})).at("answered") > 0);
}

TEST_CASE("drink-bench: a listener of the classic dialect")
{
    BenchHouse house;
    const auto port = [](std::uint16_t number) { return fmt::format("127.0.0.1:{}", number); };
    for (const auto* const workload : {"drops", "stat"}) {
        const auto result = result_of(
            {DRINK_BENCH_PROGRAM, workload, "--server", port(house.daemon().sunday_port(1)),
             "--boards-server", port(house.daemon().boards_port()), "--json", "--duration", "0.4",
             "--members", "2", "--boards", "1", "--login", "ibutton"});
        CHECK(result.at("answered") > 0);
        CHECK(result.at("refused") == 0);
    }
}

TEST_CASE("drink-bench: members log in by password as well")
{
    BenchHouse house;
    const auto result = measure(house.ready_file(), {"--members", "2", "--boards", "1"});
    CHECK(result.at("answered") > 0);
}

TEST_CASE("drink-bench: what boards refuse is counted by its code, and no drop")
{
    RelayProcess relay;
    BenchHouse house;
    for (const auto& server : {relay.ready_file(), house.ready_file()}) {
        const auto result = measure(server, four_members({"--nack-rate", "1"}));
        CHECK(result.at("answered") == 0);
        CHECK(result.at("refused") > 0);
        CHECK(result.at("refused_by_code").at("150") == result.at("refused"));
    }
}

TEST_CASE("drink-bench: machines whose boards are offline refuse every drop")
{
    RelayProcess relay;
    BenchHouse house;
    for (const auto& server : {relay.ready_file(), house.ready_file()}) {
        const auto result = measure(
            server, {"--members", "3", "--boards", "0", "--machines", "3", "--login", "ibutton"});
        CHECK(result.at("answered") == 0);
        CHECK(result.at("refused_by_code").at("151") > 0);
    }
}

TEST_CASE("drink-bench: at a fixed rate drops that wait for a slow board are seen to wait")
{
    RelayProcess relay;
    // Ten drops are due in the time that the board takes for one.
    const auto result = measure(
        relay.ready_file(),
        {"--members", "1", "--boards", "1", "--rate", "1000", "--answer-time", "0.01"});
    CHECK(result.at("rate") == 1000);
    INFO("of 400 that were due the board can have dropped 40");
    CHECK(result.at("backlog").at("longest") > 300);
    CHECK(result.at("longest_pending_us") > 300'000);
}

TEST_CASE("drink-bench: members think, and boards take their time")
{
    RelayProcess relay;
    const auto result = measure(
        relay.ready_file(),
        four_members({"--think-time", "0.01-0.02", "--answer-time", "0.005-0.01"}));
    CHECK(result.at("latency_us").at("p50") >= 5'000);
    INFO("each takes 15 ms at least for a round");
    CHECK(result.at("most_of_a_member") <= 1 + result.at("seconds").get<double>() / 0.015);
}

TEST_CASE("drink-bench: STAT")
{
    RelayProcess relay;
    BenchHouse house;
    for (const auto& server : {relay.ready_file(), house.ready_file()}) {
        const auto result = measure(server, {"stat", "--members", "4", "--login", "none"});
        CHECK(result.at("answered") > 0);
        CHECK(result.at("refused") == 0);
    }
}

TEST_CASE("drink-bench: logins, each on a connection of its own")
{
    RelayProcess relay;
    BenchHouse house;
    for (const auto& server : {relay.ready_file(), house.ready_file()}) {
        const auto result = measure(server, {"logins", "--members", "3", "--login", "ibutton"});
        CHECK(result.at("answered") > 3);
        CHECK(result.at("refused") == 0);
    }
}

TEST_CASE("drink-bench: logins that are refused are counted by their code")
{
    BenchHouse house;
    // There are four; and who guesses again and again has to wait.
    const auto result = result_of(bench_command(
        house.ready_file(), {"logins", "--members", "5", "--login", "ibutton", "--think-time", "60",
                             "--duration", "1"}));
    CHECK(result.at("answered") == 4);
    CHECK(result.at("refused_by_code").at("207") == 1);
}

TEST_CASE("drink-bench: idle members and boards have a price in memory")
{
    BenchHouse house;
    const auto result = measure(
        house.ready_file(), {"idle", "--members", "4", "--boards", "3", "--login", "ibutton",
                             "--pid", std::to_string(house.daemon().pid())});
    CHECK(result.at("connections") == 7);
    CHECK(result.at("answered") == 0);
    CHECK(result.at("server").contains("bytes_per_connection"));
}

TEST_CASE("drink-bench: a storm of connections is over when all were greeted")
{
    RelayProcess relay;
    BenchHouse house;
    for (const auto& server : {relay.ready_file(), house.ready_file()}) {
        const auto result = result_of(bench_command(
            server, {"connects", "--members", "300", "--boards", "3", "--sources", "2"}));
        CHECK(result.at("answered") == 303);
        CHECK(result.at("latency_us").at("max") > 0);
    }
}

TEST_CASE("drink-bench: the table is for people")
{
    RelayProcess relay;
    const auto finished = run_program(
        {DRINK_BENCH_PROGRAM, "--server", "@" + relay.ready_file().string(), "--warm-up", "0",
         "--duration", "0.1", "--members", "2", "--boards", "1"});
    CHECK(finished.exit_code == 0);
    CHECK(finished.out.contains("latency     p50 "));
    INFO("a line of progress is for terminals");
    CHECK(finished.err.empty());
}
