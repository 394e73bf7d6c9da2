// What drink-bench says when something is wrong, at the start or in the middle.
#include "bench_house.hpp"
#include "relay_process.hpp"
#include "support/catch.hpp"
#include "support/process.hpp"
#include "support/terminal.hpp"

#include <csignal>

using namespace support;
using nlohmann::json;

namespace {

// For an hour, with its line of progress.
std::vector<std::string> on_terminal(RelayProcess& relay, std::vector<std::string> arguments)
{
    std::vector<std::string> words{
        DRINK_BENCH_PROGRAM,
        "--server",
        "@" + relay.ready_file().string(),
        "--warm-up",
        "0",
        "--duration",
        "3600",
        "--members",
        "4",
        "--boards",
        "2"};
    words.insert(words.end(), arguments.begin(), arguments.end());
    return words;
}

Finished fail(const std::filesystem::path& ready_file, std::vector<std::string> arguments)
{
    auto finished = run_program(bench_command(ready_file, std::move(arguments)));
    CHECK(finished.exit_code == 1);
    CHECK(finished.out.empty());
    return finished;
}

}  // namespace

TEST_CASE("drink-bench: a storm counts those that are not let in, and why")
{
    auto settings = bench_settings();
    settings["limits"] = {{"connections", 5}};
    const Daemon daemon{settings};
    const auto finished =
        run_program(bench_command(daemon.ready_file(), {"connects", "--members", "20"}));
    CHECK(finished.exit_code == 3);
    const auto result = json::parse(finished.out);
    CHECK(result.at("lost") >= 15);
    CHECK(result.at("lost_reasons").dump().contains("ERR 205"));
}

TEST_CASE("drink-bench: a server that is not there is told")
{
    const auto finished = run_program({DRINK_BENCH_PROGRAM, "--server", "127.0.0.1:1"});
    CHECK(finished.exit_code == 1);
    CHECK(
        finished.err ==
        "drink-bench: nobody listens for members at 127.0.0.1:1: Connection refused\n");
    const auto no_file = run_program({DRINK_BENCH_PROGRAM, "--server", "@/no/such/file"});
    CHECK(no_file.exit_code == 1);
    CHECK(no_file.err == "drink-bench: no file /no/such/file yet\n");
}

TEST_CASE("drink-bench: what a server refuses at the login is told with its words")
{
    BenchHouse house;
    CHECK(fail(house.ready_file(), {"--members", "1", "--boards", "1", "--password", "wrong"})
              .err.contains("member0 cannot log in: the server said \"ERR 407"));
    CHECK(fail(
              house.ready_file(),
              {"--members", "1", "--boards", "1", "--login", "ibutton", "--machine", "elsewhere"})
              .err.contains("member0 cannot select its machine: the server said \"ERR 414"));
    CHECK(fail(house.ready_file(), {"--members", "1", "--boards", "1", "--board-password", "wrong"})
              .err.contains("board 0 cannot log in: the server refused its password"));
}

TEST_CASE("drink-bench: too many connections for the descriptors are told before any is made")
{
    RelayProcess relay;
    const auto finished = fail(relay.ready_file(), {"idle", "--members", "9999999"});
    CHECK(finished.err.contains("9999999 connections are too many"));
}

TEST_CASE("drink-bench: a core that there is not is told")
{
    const auto finished = run_program({DRINK_BENCH_PROGRAM, "relay", "--pin", "1023"});
    CHECK(finished.exit_code == 1);
    CHECK(finished.err.starts_with("drink-bench: cannot run on core 1023: "));
}

TEST_CASE("drink-bench: a server that vanishes ends the run, and its results tell")
{
    RelayProcess relay;
    Terminal terminal{on_terminal(relay, {"--json"})};
    terminal.wait_for("measuring");
    relay.process().signal(SIGKILL);
    const auto shown = terminal.wait_for("\"self\"");
    CHECK(shown.contains("\"lost\": 6,"));
    CHECK(shown.contains("member3 lost its connection: "));
    CHECK(terminal.wait_for_end() == 3);
}

TEST_CASE("drink-bench: Ctrl-C ends it early with the results so far")
{
    RelayProcess relay;
    Terminal terminal{on_terminal(relay, {})};
    terminal.wait_for("measuring");
    terminal.type("\x03");
    terminal.wait_for(", interrupted");
    CHECK(terminal.wait_for_end() == 0);
}
