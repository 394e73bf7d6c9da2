// The simulated boards of tini-sim with tini 2, and drinkd.
#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/daemon.hpp"
#include "support/wait.hpp"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

using namespace support;

namespace {

// drinkd, and the board of its machine `d` with its notes in a folder.
class House {
public:
    House() : daemon_{small_house(), {{.name = "alice", .credits = 250}}} {}

    void start_board(const std::string& drop_time)
    {
        board_.emplace(
            std::vector<std::string>{
                TINI_SIM_PROGRAM, "--config", daemon_.settings_file(), "--machine", "d", "--server",
                "@" + daemon_.ready_file().string(), "--drop-time", drop_time, "--reconnect",
                "0.01", "--tini2", "--state", daemon_.folder() / "state"},
            Process::Streams{});
        wait_until("the board to be connected", [&] {
            return daemon_.status().at("machines").at(0).at("online").get<bool>();
        });
    }

    void kill_board()
    {
        board_->signal(SIGKILL);
        board_->wait(patience);
        wait_until("the board to be gone", [&] {
            return !daemon_.status().at("machines").at(0).at("online").get<bool>();
        });
    }

    std::string notes() const
    {
        std::ifstream file{daemon_.folder() / "state" / "d.notes"};
        return {std::istreambuf_iterator<char>{file}, {}};
    }

    const Daemon& daemon() const { return daemon_; }

private:
    Daemon daemon_;
    std::optional<Process> board_;
};

std::size_t doubts(const Daemon& daemon)
{
    return nlohmann::json::parse(daemon.run({"doubts", "--json"}).out).size();
}

}  // namespace

TEST_CASE("tini-sim, tini 2: a drop is charged once and noted as done")
{
    House house;
    house.start_board("0");
    Client client{house.daemon().sunday_port()};
    client.log_in("alice");
    CHECK(client.ask("DROP 1") == "OK:  Dropping drink\r\n");
    CHECK(client.ask("GETBALANCE") == "OK: 200\r\n");
    CHECK(house.notes().contains(" done\n"));
}

TEST_CASE("tini-sim, tini 2: a board that was killed in a drop knows that it cannot know")
{
    House house;
    house.start_board("3600");
    Client client{house.daemon().sunday_port()};
    client.log_in("alice");
    client.send("DROP 1\n");
    wait_until("the drop to be noted", [&] { return house.notes().contains(" unknown\n"); });
    house.kill_board();
    CHECK(client.line().starts_with("ERR 103 "));
    CHECK(doubts(house.daemon()) == 1);

    house.start_board("0");
    house.daemon().wait_for_log("the board does not know what became of a drop");
    CHECK(client.ask("DROP 1") == "OK:  Dropping drink\r\n");
    CHECK(client.ask("GETBALANCE") == "OK: 150\r\n");
    CHECK(doubts(house.daemon()) == 1);
}

TEST_CASE("tini-sim, tini 2: a board that has its notes still tells what was done before its end")
{
    House house;
    house.start_board("0");
    Client client{house.daemon().sunday_port()};
    client.log_in("alice");
    REQUIRE(client.ask("DROP 1") == "OK:  Dropping drink\r\n");
    const auto before = house.notes();
    house.kill_board();
    house.start_board("0");
    CHECK(client.ask("DROP 1") == "OK:  Dropping drink\r\n");
    INFO("the line of the first drop is still there");
    const auto line = before.substr(before.find("A "), before.find("done\n") - before.find("A "));
    CHECK(house.notes().contains(line + "done\n"));
}
