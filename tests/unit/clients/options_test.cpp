#include "clients/tini_sim/options.hpp"

#include "support/catch.hpp"

#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

using namespace std::chrono_literals;
using clients::ServerAddress;

namespace {

std::expected<tini_sim::Options, clients::EarlyEnd> read(std::initializer_list<std::string> words)
{
    std::vector<const char*> argv{"tini-sim"};
    for (const auto& word : words) argv.push_back(word.c_str());
    return tini_sim::read_options(static_cast<int>(argv.size()), argv.data());
}

ServerAddress server_of(const tini_sim::Options& options)
{
    return std::get<ServerAddress>(options.link.server);
}

// A file with that text for as long as this lives.
class TextFile {
public:
    explicit TextFile(std::string_view text)
        : path_{
              std::filesystem::temp_directory_path() /
              ("tini_sim_options_test_" + std::to_string(getpid()))}
    {
        std::ofstream{path_} << text;
    }
    TextFile(const TextFile&) = delete;
    TextFile& operator=(const TextFile&) = delete;
    ~TextFile() { std::filesystem::remove(path_); }

    std::string path() const { return path_.string(); }

private:
    std::filesystem::path path_;
};

constexpr auto two_machines = R"({
  "listen": { "boards": [ { "address": "::", "port": 4999 } ] },
  "machines": [
    { "id": "d", "name": "Big Drink", "board": { "password": "first", "sensor": true },
      "slots": [ { "number": 2, "item": "Coke", "price": 50, "count": 12 },
                 { "number": 7, "item": "Water", "price": 10 } ] },
    { "id": "ld", "name": "Little Drink", "board": { "password": "second" },
      "slots": [ { "number": 1, "item": "Tea", "price": 20, "count": 3 } ] }
  ] })";

}  // namespace

TEST_CASE("options: a machine is described by its id, its password and its number of slots")
{
    const auto options = read({"--machine", "d", "--password", "secret", "--slots", "3"});
    REQUIRE(options);
    REQUIRE(options->cabinets.size() == 1);
    const auto& cabinet = options->cabinets[0];
    CHECK(cabinet.machine == "d");
    CHECK(cabinet.password == "secret");
    CHECK(cabinet.sensors);
    REQUIRE(cabinet.slots.size() == 3);
    CHECK(cabinet.slots[2].number == 3);
    CHECK_FALSE(cabinet.slots[2].cans);
    CHECK(server_of(*options) == ServerAddress{"localhost", 4343});
}

TEST_CASE("options: the password may come from the first line of a file")
{
    const TextFile file{"secret\nmore\n"};
    const auto options = read({"--machine", "d", "--password-file", file.path()});
    REQUIRE(options);
    CHECK(options->cabinets[0].password == "secret");
}

TEST_CASE("options: a settings file gives every machine, with its password, slots and sensor")
{
    const TextFile file{two_machines};
    const auto options = read({"--config", file.path()});
    REQUIRE(options);
    REQUIRE(options->cabinets.size() == 2);
    const auto& big = options->cabinets[0];
    CHECK(big.machine == "d");
    CHECK(big.password == "first");
    CHECK(big.sensors);
    REQUIRE(big.slots.size() == 2);
    CHECK(big.slots[0].number == 2);
    CHECK(big.slots[0].cans == 12);
    CHECK(big.slots[1].number == 7);
    CHECK_FALSE(big.slots[1].cans);
    CHECK_FALSE(options->cabinets[1].sensors);
}

TEST_CASE("options: the server is the settings file's port for boards on this computer")
{
    const TextFile file{two_machines};
    const auto options = read({"--config", file.path()});
    REQUIRE(options);
    CHECK(server_of(*options) == ServerAddress{"::1", 4999});
}

TEST_CASE("options: --server overrules the settings file")
{
    const TextFile file{two_machines};
    const auto options = read({"--config", file.path(), "--server", "far:1"});
    REQUIRE(options);
    CHECK(server_of(*options) == ServerAddress{"far", 1});
}

TEST_CASE("options: --server @FILE is a ready file")
{
    const auto options = read({"--machine", "d", "--password", "x", "--server", "@ready.json"});
    REQUIRE(options);
    CHECK(std::get<tini_sim::ReadyFile>(options->link.server).path == "ready.json");
}

TEST_CASE("options: --machine picks from the settings file")
{
    const TextFile file{two_machines};
    const auto options = read({"--config", file.path(), "--machine", "ld"});
    REQUIRE(options);
    REQUIRE(options->cabinets.size() == 1);
    CHECK(options->cabinets[0].machine == "ld");
    CHECK_FALSE(read({"--config", file.path(), "--machine", "nope"}));
}

TEST_CASE("options: --stock and --empty hold for every board")
{
    const TextFile file{two_machines};
    const auto options = read({"--config", file.path(), "--stock", "4", "--empty", "2,5"});
    REQUIRE(options);
    CHECK(options->cabinets[0].slots[0].cans == 4);
    CHECK(options->cabinets[0].slots[0].looks_empty);
    CHECK_FALSE(options->cabinets[0].slots[1].looks_empty);
    CHECK(options->cabinets[1].slots[0].cans == 4);
}

TEST_CASE("options: the behaviour is as given")
{
    const auto options = read(
        {"--machine", "d", "--password", "x", "--drop-time", "0", "--nack-rate", "0.2", "--late-by",
         "1.5", "--spelling", "pi", "--seed", "7", "--whole-lines", "--no-temperature",
         "--reconnect", "0.25"});
    REQUIRE(options);
    CHECK(options->behaviour.drop_time == 0ms);
    CHECK(options->behaviour.faults.nack == 0.2);
    CHECK(options->behaviour.faults.late_by == 1'500ms);
    CHECK(options->behaviour.spelling == tini_sim::Spelling::pi);
    CHECK(options->behaviour.seed == 7);
    CHECK_FALSE(options->behaviour.temperature);
    CHECK(options->link.whole_lines);
    CHECK(options->link.reconnect == 250ms);
}

TEST_CASE("options: boards are plain unless tini 2 is asked for, with its notes and its reasons")
{
    const auto plain = read({"--machine", "d", "--password", "x"});
    REQUIRE(plain);
    CHECK_FALSE(plain->behaviour.tini2);
    CHECK_FALSE(plain->state);
    CHECK(plain->behaviour.nack_reason == protocol::Refusal::board_refused);

    const auto tini2 = read(
        {"--machine", "d", "--password", "x", "--tini2", "--state", "notes", "--nack-reason",
         "no-start", "--power-loss-rate", "0.5"});
    REQUIRE(tini2);
    CHECK(tini2->behaviour.tini2);
    CHECK(tini2->state == "notes");
    CHECK(tini2->behaviour.nack_reason == protocol::Refusal::motor_not_started);
    CHECK(tini2->behaviour.faults.power_loss == 0.5);
}

TEST_CASE("options: wrong usage ends with exit code 2")
{
    const TextFile file{two_machines};
    for (const auto& options :
         {read({}), read({"--machine", "d"}), read({"--password", "x"}),
          read({"--machine", "d", "--machine", "e", "--password", "x"}),
          read({"--machine", "d", "--password", "x", "--nack-rate", "1.1"}),
          read({"--machine", "d", "--password", "x", "--nack-rate", "0.6", "--late-rate", "0.6"}),
          read(
              {"--machine", "d", "--password", "x", "--nack-rate", "0.6", "--power-loss-rate",
               "0.6"}),
          read({"--machine", "d", "--password", "x", "--nack-reason", "bored"}),
          read({"--machine", "d", "--password", "x", "--state", "notes"}),
          read({"--machine", "d", "--password", "x", "--server", "::1"}),
          read({"--config", file.path(), "--password", "x"})}) {
        REQUIRE_FALSE(options);
        CHECK(options.error().exit_code == 2);
    }
}

TEST_CASE("options: a settings file that can not be used ends with exit code 1 and every mistake")
{
    const TextFile file{R"({ "listen": 1, "machines": 2 })"};
    const auto options = read({"--config", file.path()});
    REQUIRE_FALSE(options);
    CHECK(options.error().exit_code == 1);
    CHECK(options.error().text.find("$.listen: ") != std::string::npos);
    CHECK(options.error().text.find("$.machines: ") != std::string::npos);
}

TEST_CASE("options: settings without a fixed port for boards need --server")
{
    const TextFile file{R"({ "listen": { "boards": [ { "port": 0 } ] }, "machines": [
        { "id": "d", "name": "D", "board": { "password": "p" },
          "slots": [ { "number": 1, "item": "Coke", "price": 50 } ] } ] })"};
    const auto options = read({"--config", file.path()});
    REQUIRE_FALSE(options);
    CHECK(options.error().text.find("--server") != std::string::npos);
    CHECK(read({"--config", file.path(), "--server", "localhost"}));
}
