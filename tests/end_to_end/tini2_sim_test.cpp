// The simulated boards of tini-sim with tini 2, and drinkd.
#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/daemon.hpp"
#include "support/wait.hpp"

#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <unistd.h>

using namespace support;

namespace {

// drinkd, and the board of its machine `d` with its notes in a folder.
class House {
public:
    House() : daemon_{small_house(), {{.name = "alice", .credits = 250}}} {}

    void start_board(const std::vector<std::string>& arguments = {"--drop-time", "0"})
    {
        std::vector<std::string> command{
            TINI_SIM_PROGRAM,
            "--config",
            daemon_.settings_file(),
            "--machine",
            "d",
            "--server",
            "@" + daemon_.ready_file().string(),
            "--reconnect",
            "0.01",
            "--tini2",
            "--state",
            daemon_.folder() / "state"};
        command.insert(command.end(), arguments.begin(), arguments.end());
        const auto said = ::open(
            (daemon_.folder() / "board").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        REQUIRE(said >= 0);
        board_.emplace(command, Process::Streams{.out = said});
        ::close(said);
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

    // The board has what the network brings, and does nothing.
    void freeze_board() { board_->signal(SIGSTOP); }

    std::filesystem::path notes_file() const { return daemon_.folder() / "state" / "d.notes"; }
    std::string notes() const { return text_of(notes_file()); }

    // All that the boards told so far.
    std::string told() const { return text_of(daemon_.folder() / "board"); }

    const Daemon& daemon() const { return daemon_; }

private:
    static std::string text_of(const std::filesystem::path& path)
    {
        std::ifstream file{path};
        return {std::istreambuf_iterator<char>{file}, {}};
    }

    Daemon daemon_;
    std::optional<Process> board_;
};

Client member(const House& house)
{
    Client client{house.daemon().sunday_port()};
    client.log_in("alice");
    return client;
}

std::size_t doubts(const Daemon& daemon)
{
    return nlohmann::json::parse(daemon.run({"doubts", "--json"}).out).size();
}

}  // namespace

TEST_CASE("tini-sim, tini 2: a drop is charged once and noted as done")
{
    House house;
    house.start_board();
    auto client = member(house);
    CHECK(client.ask("DROP 1") == "OK:  Dropping drink\r\n");
    CHECK(client.ask("GETBALANCE") == "OK: 200\r\n");
    CHECK(house.notes().contains(" done\n"));
}

TEST_CASE("tini-sim, tini 2: a board that was killed in a drop knows that it cannot know")
{
    House house;
    house.start_board({"--drop-time", "3600"});
    auto client = member(house);
    client.send("DROP 1\n");
    wait_until("the drop to be noted", [&] { return house.notes().contains(" unknown\n"); });
    house.kill_board();
    CHECK(client.line().starts_with("ERR 103 "));
    CHECK(doubts(house.daemon()) == 1);

    house.start_board();
    house.daemon().wait_for_log("the board does not know what became of a drop");
    CHECK(client.ask("DROP 1") == "OK:  Dropping drink\r\n");
    CHECK(client.ask("GETBALANCE") == "OK: 150\r\n");
    CHECK(doubts(house.daemon()) == 1);
}

TEST_CASE("tini-sim, tini 2: a board that was killed before its answer is asked, and charged once")
{
    House house;
    house.start_board({"--drop-time", "0", "--late-rate", "1", "--late-by", "3600"});
    auto client = member(house);
    client.send("DROP 1\n");
    wait_until("the can to have fallen", [&] { return house.notes().contains(" done\n"); });
    house.kill_board();
    CHECK(client.line().starts_with("ERR 103 "));

    house.start_board();
    house.daemon().wait_for_log("drop settled late");
    CHECK(client.ask("GETBALANCE") == "OK: 200\r\n");
    CHECK(doubts(house.daemon()) == 0);
    INFO("the second board dropped nothing");
    CHECK_FALSE(house.told().contains("acked"));
}

TEST_CASE("tini-sim, tini 2: a drop that a killed board never read costs nothing")
{
    House house;
    house.start_board();
    auto client = member(house);
    REQUIRE(client.ask("DROP 1") == "OK:  Dropping drink\r\n");
    house.freeze_board();
    client.send("DROP 1\n");
    wait_until("the drop to be sent", [&] {
        return house.daemon().status().at("machines").at(0).contains("drop_in_flight");
    });
    house.kill_board();
    CHECK(client.line().starts_with("ERR 103 "));

    house.start_board();
    house.daemon().wait_for_log("drop settled late");
    CHECK(client.ask("GETBALANCE") == "OK: 200\r\n");
    CHECK(doubts(house.daemon()) == 0);
}

TEST_CASE("tini-sim, tini 2: a board whose notes are damaged says so and knows nothing")
{
    House house;
    house.start_board({"--drop-time", "0", "--late-rate", "1", "--late-by", "3600"});
    auto client = member(house);
    client.send("DROP 1\n");
    wait_until("the can to have fallen", [&] { return house.notes().contains(" done\n"); });
    house.kill_board();
    CHECK(client.line().starts_with("ERR 103 "));
    std::filesystem::resize_file(house.notes_file(), house.notes().size() / 2);

    house.start_board();
    house.daemon().wait_for_log("the board does not know what became of a drop");
    CHECK(house.told().contains("d.notes is damaged: the board has lost its notes"));
    CHECK(doubts(house.daemon()) == 1);
}

TEST_CASE("tini-sim, tini 2: a board that has its notes still tells what was done before its end")
{
    House house;
    house.start_board();
    auto client = member(house);
    REQUIRE(client.ask("DROP 1") == "OK:  Dropping drink\r\n");
    const auto before = house.notes();
    house.kill_board();
    house.start_board();
    CHECK(client.ask("DROP 1") == "OK:  Dropping drink\r\n");
    INFO("the line of the first drop is still there");
    const auto line = before.substr(before.find("A "), before.find("done\n") - before.find("A "));
    CHECK(house.notes().contains(line + "done\n"));
}
