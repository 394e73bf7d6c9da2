#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/daemon.hpp"
#include "support/fake_board.hpp"

#include <sstream>

using namespace support;

namespace {

const std::vector<Account> alice{{.name = "alice", .credits = 250, .password = "opensesame"}};

nlohmann::json with_log(const std::string& level, const std::string& format = "text")
{
    auto settings = small_house();
    settings["log"] = {{"level", level}, {"format", format}};
    return settings;
}

void drop_one(const Daemon& daemon)
{
    auto board = FakeBoard::online(daemon.boards_port(), "big");
    Client client{daemon.sunday_port()};
    client.log_in("alice");
    client.send("DROP 1\n");
    board.drop(1);
    client.expect("OK:  Dropping drink\r\n");
}

std::vector<std::string> lines_with(const Daemon& daemon, std::string_view words)
{
    std::vector<std::string> found;
    std::istringstream log{daemon.log()};
    for (std::string line; std::getline(log, line);) {
        if (line.contains(words)) found.push_back(line);
    }
    return found;
}

}  // namespace

TEST_CASE("log: at info a drop is one line, with its id, machine, member and session")
{
    Daemon daemon{with_log("info"), alice};
    drop_one(daemon);
    daemon.stop();
    const auto lines = lines_with(daemon, "drop=");
    REQUIRE(lines.size() == 1);
    for (const auto* field :
         {" info drop ended ", " drop=", " state=dispensed", " machine=d", " slot=1", " item=Coke",
          " price=50", " member=alice", " session="}) {
        INFO(field);
        CHECK(lines.front().contains(field));
    }
}

TEST_CASE("log: at debug a drop's steps have lines too")
{
    Daemon daemon{with_log("debug"), alice};
    drop_one(daemon);
    daemon.stop();
    CHECK(lines_with(daemon, "debug drop reserved drop=").size() == 1);
    CHECK(lines_with(daemon, "debug drop sent drop=").size() == 1);
}

TEST_CASE("log: every connection ends with one line that says why")
{
    Daemon daemon{with_log("info"), alice};
    {
        Client polite{daemon.sunday_port()};
        CHECK(polite.ask("QUIT") == "Good Bye\r\n");
        const Client hasty{daemon.sunday_port()};
        const auto board = FakeBoard::online(daemon.boards_port(), "big");
    }
    daemon.wait_for_log("reason=quit");
    daemon.wait_for_log("reason=\"hung up\"");
    daemon.wait_for_log("board connection ended");
    daemon.stop();
    CHECK(lines_with(daemon, "connection ended").size() == 3);
}

TEST_CASE("log: the end of a member's connection and a refused login say where they come from")
{
    Daemon daemon{with_log("info"), alice};
    {
        Client client{daemon.sunday_port()};
        client.ask("IBUTTON 0000000000000000");
    }
    daemon.wait_for_log(" connection ended ");
    daemon.stop();
    for (const auto* event : {" info login refused ", " info connection ended "}) {
        const auto lines = lines_with(daemon, event);
        REQUIRE(lines.size() == 1);
        CHECK(lines.front().contains(" address=127.0.0.1:"));
    }
}

TEST_CASE("log: connections that are one too many have one line in a while")
{
    auto settings = with_log("info");
    settings["limits"]["connections"] = 1;
    Daemon daemon{settings};
    const Client first{daemon.sunday_port()};
    for (int refused = 0; refused < 20; ++refused) {
        CHECK(Client{daemon.sunday_port()}.banner().starts_with("ERR 205 "));
    }
    daemon.stop();
    const auto lines = lines_with(daemon, " info connection refused address=127.0.0.1:");
    REQUIRE(lines.size() == 1);
    CHECK(lines.front().contains(" reason=\"too many connections\""));
}

TEST_CASE("log: as JSON every line is one object, with its time, level and event")
{
    Daemon daemon{with_log("debug", "json"), alice};
    drop_one(daemon);
    Client stranger{daemon.sunday_port()};
    stranger.send("\xff\xfe \"quotes\" \\ \n");
    stranger.line();
    daemon.stop();
    std::istringstream log{daemon.log()};
    int drops_ended = 0;
    for (std::string line; std::getline(log, line);) {
        INFO(line);
        const auto object = nlohmann::json::parse(line);
        CHECK(object.at("time").is_string());
        CHECK(object.at("level").is_string());
        if (object.at("event") != "drop ended") continue;
        ++drops_ended;
        CHECK(object.at("drop").is_number_integer());
        CHECK(object.at("machine") == "d");
        CHECK(object.at("member") == "alice");
        CHECK(object.at("session").is_number_integer());
    }
    CHECK(drops_ended == 1);
}

TEST_CASE("log: neither passwords nor whole iButton ids are ever in it")
{
    Daemon daemon{with_log("trace"), alice};
    drop_one(daemon);  // Logs in by iButton.
    Client client{daemon.sunday_port()};
    client.ask("USER alice");
    CHECK(client.ask("PASS opensesame").starts_with("OK: "));
    client.ask("USER alice");
    client.ask("PASS guessed-wrong");
    client.ask("IBUTTON 1122334455667788");
    client.ask("PASS too many opensesame");
    FakeBoard stranger{daemon.boards_port()};
    CHECK(stranger.log_in("board-guess") == "2\n");
    FakeBoard confused{daemon.boards_port()};
    CHECK(confused.log_in("big") == "1\n");
    confused.send("opensesame\n0big\n");
    std::string too_long = "PASS ";
    too_long.append(1'000, 'x');
    client.send(too_long + "opensesame\n");
    client.rest();
    REQUIRE(
        daemon.run({"user", "passwd", "alice", "--password-stdin"}, "brand-new\n").exit_code == 0);
    daemon.stop();
    const auto log = daemon.log();
    for (const std::string secret :
         {"opensesame", "guessed-wrong", "brand-new", "$argon2id", "board-guess", "0big", "=big",
          "1122334455667788"}) {
        INFO(secret);
        CHECK_FALSE(log.contains(secret));
    }
    CHECK_FALSE(log.contains(ibutton_of("alice")));
}
