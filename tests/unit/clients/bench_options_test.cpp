#include "clients/drink_bench/options.hpp"
#include "support/catch.hpp"

#include <initializer_list>
#include <vector>

using namespace std::chrono_literals;
using drink_bench::Course;
using drink_bench::Interval;
using drink_bench::LoadCommand;
using drink_bench::Options;
using drink_bench::RelayCommand;

namespace {

std::expected<Options, clients::EarlyEnd> read(std::initializer_list<const char*> words)
{
    std::vector<const char*> argv{"drink-bench"};
    argv.insert(argv.end(), words);
    return drink_bench::read_options(static_cast<int>(argv.size()), argv.data());
}

LoadCommand load(std::initializer_list<const char*> words)
{
    const auto options = read(words);
    if (!options) FAIL(options.error().text);
    return std::get<LoadCommand>(options->command);
}

}  // namespace

TEST_CASE("bench options: without any, drops of 64 members and 16 boards on this computer")
{
    const auto command = load({});
    CHECK(command.subject.workload == "drops");
    CHECK(command.subject.members == 64);
    CHECK(command.subject.boards == 16);
    CHECK(command.member.machines == 16);
    CHECK(command.member.requests == std::vector<std::string>{"DROP 1\n"});
    CHECK(command.load.course == Course::requests);
    CHECK_FALSE(command.load.rate);
    CHECK(command.load.duration == 10s);
    CHECK(
        std::get<clients::ServerAddress>(command.server.members) ==
        clients::ServerAddress{"localhost", 4242});
    CHECK(command.server.boards == clients::ServerAddress{"localhost", 4343});
}

TEST_CASE("bench options: boards are at the host of the members' server, or elsewhere")
{
    CHECK(load({"--server", "far:1"}).server.boards == clients::ServerAddress{"far", 4343});
    CHECK(
        load({"--server", "far:1", "--boards-server", "near:2"}).server.boards ==
        clients::ServerAddress{"near", 2});
    const auto by_file = load({"--server", "@ready.json"});
    CHECK(std::get<std::filesystem::path>(by_file.server.members) == "ready.json");
    CHECK_FALSE(by_file.server.boards);
}

TEST_CASE("bench options: members drop from all slots in turns")
{
    CHECK(
        load({"--slots", "3"}).member.requests ==
        std::vector<std::string>{"DROP 1\n", "DROP 2\n", "DROP 3\n"});
}

TEST_CASE("bench options: a workload has its course, and no boards of its own but for drops")
{
    CHECK(load({"stat"}).member.requests == std::vector<std::string>{"STAT\n"});
    CHECK(load({"logins"}).member.set_up_to == drink_bench::Stage::nowhere);
    CHECK(load({"idle"}).load.course == Course::idle);
    CHECK(load({"connects"}).load.course == Course::storm);
    for (const auto* const workload : {"stat", "logins", "idle", "connects"}) {
        CHECK(load({workload}).subject.boards == 0);
        CHECK(load({workload, "--boards", "5"}).subject.boards == 5);
    }
}

TEST_CASE("bench options: options stand before or behind the workload")
{
    CHECK(load({"--members", "7", "stat"}).subject.members == 7);
    CHECK(load({"stat", "--members", "7"}).subject.members == 7);
}

TEST_CASE("bench options: times are fixed or a range")
{
    CHECK(load({"--answer-time", "2"}).board.answer_time == Interval{2s, 2s});
    CHECK(load({"--think-time", "0.5-3"}).member.think_time == Interval{500ms, 3s});
    for (const auto* const wrong : {"x", "", "-1", "1-", "-", "3-1", "1-2-3", "100000", "nan"}) {
        CAPTURE(wrong);
        CHECK_FALSE(read({"--think-time", wrong}));
        CHECK_FALSE(read({"--answer-time", wrong}));
    }
}

TEST_CASE("bench options: many connections come from as many addresses as ports need")
{
    CHECK(load({"idle", "--members", "20000"}).load.sources == 1);
    CHECK(load({"idle", "--members", "20000", "--boards", "1"}).load.sources == 2);
    CHECK(load({"idle", "--members", "10", "--sources", "5"}).load.sources == 5);
}

TEST_CASE("bench options: boards tell the state of all slots when they are asked to")
{
    CHECK(load({}).board.status.empty());
    CHECK(load({"--status", "--slots", "3"}).board.status == "71 1`2 1`3 1\n");
}

TEST_CASE("bench options: what cannot be measured is refused")
{
    CHECK_FALSE(read({"--login", "none"}));
    CHECK_FALSE(read({"logins", "--login", "none"}));
    CHECK_FALSE(read({"--members", "0"}));
    CHECK_FALSE(read({"idle", "--members", "0"}));
    CHECK(read({"idle", "--members", "0", "--boards", "1"}));
    CHECK(read({"stat", "--login", "none"}));
}

TEST_CASE("bench options: the relay has ports of its own, and can be pinned too")
{
    const auto options = read({"relay", "--members-port", "0", "--ready-file", "f", "--pin", "1"});
    REQUIRE(options);
    const auto& relay = std::get<RelayCommand>(options->command);
    CHECK(relay.members_port == 0);
    CHECK(relay.boards_port == 4343);
    CHECK(relay.ready_file == "f");
    CHECK(options->core == 1);
}

TEST_CASE("bench options: wrong usage ends with exit code 2 and says what is wrong")
{
    for (const auto& options :
         {read({"dance"}), read({"--rate", "0"}), read({"--duration", "0"}), read({"--slots", "0"}),
          read({"--slots", "256"}), read({"--nack-rate", "2"}), read({"--pid", "0"}),
          read({"--server", "::1"}), read({"--login", "magic"}), read({"stat", "relay"}),
          read({"relay", "--members", "5"})}) {
        REQUIRE_FALSE(options);
        CHECK(options.error().exit_code == 2);
        CHECK(options.error().text.starts_with("drink-bench: "));
    }
}

TEST_CASE("bench options: help has examples and exit codes")
{
    const auto options = read({"--help"});
    REQUIRE_FALSE(options);
    CHECK(options.error().exit_code == 0);
    CHECK(options.error().text.contains("Examples:"));
    CHECK(options.error().text.contains("Exit codes:"));
}
