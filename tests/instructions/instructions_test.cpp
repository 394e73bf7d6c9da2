// What a request costs the server, in instructions: unlike time they do not depend on what else the
// computer does. What is recorded here is changed on purpose, by the commit that says why.
#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/daemon.hpp"
#include "support/fake_board.hpp"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

using namespace support;

namespace {

// A drop with nobody beside it: two transactions of its own.
constexpr double of_a_drop = 175'330;
constexpr double of_a_stat = 12'360;
constexpr double of_a_line = 798;

// Counts what a program does from its beginning to its end.
class Callgrind {
public:
    std::vector<std::string> launcher() const
    {
        return {
            VALGRIND, "--quiet", "--tool=callgrind", "--callgrind-out-file=" + counts().string()};
    }

    double total() const
    {
        std::ifstream in{counts()};
        for (std::string line; std::getline(in, line);) {
            if (line.starts_with("totals: ")) return std::stod(line.substr(8));
        }
        throw std::runtime_error{"callgrind has counted nothing"};
    }

private:
    std::filesystem::path counts() const { return folder_ / "counts"; }

    TempDir folder_;
};

// One member and one board, who speak in turns.
struct House {
    explicit House(const Callgrind& callgrind)
        : daemon{settings(), {{.name = "ann", .credits = 1'000'000}}, callgrind.launcher()},
          board{FakeBoard::online(daemon.boards_port(), "big")},
          ann{daemon.sunday_port()}
    {
        ann.log_in("ann");
    }

    static nlohmann::json settings()
    {
        auto settings = small_house();
        settings["log"]["level"] = "info";
        auto& slots = settings["machines"][0]["slots"];
        slots = nlohmann::json::array();
        for (int number = 1; number <= 10; ++number) {
            slots.push_back(
                {{"number", number}, {"item", "Coke"}, {"price", 1}, {"count", 1'000'000}});
        }
        return settings;
    }

    Daemon daemon;
    FakeBoard board;
    Client ann;
};

// What one more costs, of many: what goes before and after them is the same.
double cost_of_one(const std::function<double(int)>& cost_of)
{
    constexpr int few = 100;
    constexpr int many = 600;
    return (cost_of(many) - cost_of(few)) / (many - few);
}

double cost_of_one(const std::function<void(House&)>& request)
{
    return cost_of_one([&](int times) {
        const Callgrind callgrind;
        House house{callgrind};
        for (int time = 0; time < times; ++time) request(house);
        REQUIRE(house.daemon.stop() == 0);
        return callgrind.total();
    });
}

void require_recorded(double instructions, double recorded)
{
    constexpr double tolerance = 0.05;
    INFO("it takes " << std::llround(instructions) << " instructions, recorded are " << recorded);
    REQUIRE(std::abs(instructions - recorded) <= tolerance * recorded);
}

}  // namespace

TEST_CASE("instructions: a drop takes as many as are recorded")
{
    const auto drop = [](House& house) {
        house.ann.send("DROP 1\n");
        house.board.drop(1);
        REQUIRE(house.ann.line().starts_with("OK"));
    };
    require_recorded(cost_of_one(drop), of_a_drop);
}

TEST_CASE("instructions: STAT of ten slots takes as many as are recorded")
{
    const auto stat = [](House& house) {
        house.ann.send("STAT\n");
        while (!house.ann.line().starts_with("OK")) {
        }
    };
    require_recorded(cost_of_one(stat), of_a_stat);
}

TEST_CASE("instructions: a line that is read and understood takes as many as are recorded")
{
    const auto lines = [](int times) {
        const Callgrind callgrind;
        auto command = callgrind.launcher();
        command.insert(command.end(), {READ_LINES, std::to_string(times)});
        REQUIRE(run_program(command).exit_code == 0);
        return callgrind.total();
    };
    require_recorded(cost_of_one(lines), of_a_line);
}
