// A wall clock that jumps under the running daemon: by a dead battery, by hand, or by NTP.
#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/daemon.hpp"
#include "support/fake_board.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>

using namespace support;

namespace {

constexpr auto done = "OK:  Dropping drink\r\n";
constexpr std::int64_t day_s = 86'400;

const std::vector<Account> members{
    {.name = "alice", .credits = 250},
    {.name = "bob", .credits = 250},
    {.name = "carol", .credits = 250},
    {.name = "dave", .credits = 250}};

// The wall clock of the programs that are started with it. It is right until it jumps.
class WallClock {
public:
    WallClock() { jump(0); }

    std::vector<std::string> launcher() const
    {
        return {
            "/usr/bin/env", "WALL_CLOCK_FILE=" + file().string(),
            std::string{"LD_PRELOAD="} + WALL_CLOCK_LIBRARY};
    }

    void jump(std::int64_t seconds) const
    {
        std::ofstream out{file(), std::ios::binary | std::ios::in | std::ios::out};
        if (!out) out.open(file(), std::ios::binary);
        out.write(reinterpret_cast<const char*>(&seconds), sizeof seconds);
    }

private:
    std::filesystem::path file() const { return folder_ / "offset"; }

    TempDir folder_;
};

Client member(const Daemon& daemon, std::string_view name)
{
    Client client{daemon.sunday_port()};
    client.log_in(name);
    return client;
}

nlohmann::json doubts(const Daemon& daemon)
{
    return nlohmann::json::parse(daemon.run({"doubts", "--json"}).out);
}

// A drop of that member in doubt, of the machine `ld`.
void leave_in_doubt(const Daemon& daemon, std::string_view name)
{
    auto board = FakeBoard::online(daemon.boards_port(), "little");
    auto client = member(daemon, name);
    client.ask("MACHINE ld");
    client.send("DROP 1\n");
    board.expect("31\n");
    board.reset();
    REQUIRE(client.line().starts_with("ERR 103 "));
}

// When the drop of that member was opened, by the daemon's wall clock.
std::int64_t opened_at_s(const Daemon& daemon, const std::string& name)
{
    const auto history = nlohmann::json::parse(daemon.run({"history", name, "--json"}).out);
    const auto drop =
        std::ranges::find_if(history, [](const auto& event) { return event.at("what") == "drop"; });
    return drop->at("at_ms").template get<std::int64_t>() / 1'000;
}

}  // namespace

TEST_CASE("clock: when it jumps by a day, nothing that still has time ends")
{
    const auto jump = GENERATE(1, -1) * day_s;
    const WallClock clock;
    auto settings = small_house();
    settings["drops"]["in_doubt"] = {{"after_s", 3'600}};
    const Daemon daemon{settings, members, clock.launcher()};
    leave_in_doubt(daemon, "alice");

    auto board = FakeBoard::online(daemon.boards_port(), "big");
    auto waiting = member(daemon, "bob");
    waiting.send("DROP 1\n");
    board.expect("31\n");
    auto delayed = member(daemon, "carol");
    delayed.send("DROP 1 60\n");
    daemon.wait_for_log("member=carol");
    auto idle = member(daemon, "alice");
    clock.jump(jump);

    // A second passes, in which everything is looked at that has a time.
    auto other = FakeBoard::online(daemon.boards_port(), "little");
    auto slow = member(daemon, "dave");
    slow.ask("MACHINE ld");
    slow.send("DROP 1 1\n");
    other.drop(1);
    CHECK(slow.line() == done);
    INFO("the clock has jumped");
    const auto apart = opened_at_s(daemon, "dave") - opened_at_s(daemon, "bob");
    CHECK(std::abs(apart - jump) < day_s / 2);

    CHECK(doubts(daemon).size() == 1);
    CHECK(idle.ask("LOCATION") == "OK: NRH (North)\r\n");
    CHECK_FALSE(daemon.log().contains("member=carol session"));
    board.send("4\n");
    CHECK(waiting.line() == done);
}

TEST_CASE("clock: when it is put back by a day, everything ends that has no more time")
{
    const WallClock clock;
    auto settings = small_house();
    settings["drops"] = {{"ack_timeout_s", 0.5}, {"in_doubt", {{"after_s", 1.1}}}};
    settings["limits"] = {{"idle_s", 0.5}};
    const Daemon daemon{settings, members, clock.launcher()};
    leave_in_doubt(daemon, "alice");

    auto board = FakeBoard::online(daemon.boards_port(), "big");
    auto unanswered = member(daemon, "bob");
    unanswered.send("DROP 1\n");
    board.expect("31\n");
    auto other = FakeBoard::online(daemon.boards_port(), "little");
    auto delayed = member(daemon, "carol");
    delayed.ask("MACHINE ld");
    delayed.send("DROP 1 1\n");
    Client idle{daemon.sunday_port()};
    clock.jump(-day_s);

    CHECK(unanswered.line().starts_with("ERR 103 "));
    other.drop(1);
    CHECK(delayed.line() == done);
    CHECK(idle.rest() == "ERR 450 Timeout, disconnecting.\r\n");
    CHECK(board.rest().empty());
    daemon.wait_for_log("doubt settled by the policy");
}

TEST_CASE("clock: a daemon that starts a day before its last end gives rising ids, and verifies")
{
    const WallClock clock;
    Daemon daemon{small_house(), members, clock.launcher()};
    leave_in_doubt(daemon, "alice");
    daemon.kill9();
    clock.jump(-day_s);
    daemon.start();
    leave_in_doubt(daemon, "bob");
    const auto list = doubts(daemon);
    REQUIRE(list.size() == 2);
    const bool bob_is_first = list.at(0).at("member") == "bob";
    const auto& first = list.at(bob_is_first ? 1 : 0);
    const auto& second = list.at(bob_is_first ? 0 : 1);
    CHECK(first.at("drop") < second.at("drop"));
    CHECK(daemon.run({"ledger", "verify"}).exit_code == 0);
}
