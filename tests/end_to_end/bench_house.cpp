#include "bench_house.hpp"

#include "support/catch.hpp"

#include <fmt/format.h>

using nlohmann::json;

json bench_settings()
{
    auto settings = support::small_house();
    auto machine = settings.at("machines").at(0);
    machine.erase("aliases");
    machine["slots"] = json::array(
        {{{"number", 1}, {"item", "Coke"}, {"price", 1}},
         {{"number", 2}, {"item", "Water"}, {"price", 1}}});
    settings["machines"] = json::array();
    for (int number = 0; number < 3; ++number) {
        machine["id"] = fmt::format("m{}", number);
        machine["name"] = fmt::format("Machine {}", number);
        machine["board"] = {{"password", fmt::format("bench-{}", number)}};
        settings["machines"].push_back(machine);
    }
    for (auto& listener : settings["listen"]["sunday"]) listener["machine"] = "m0";
    return settings;
}

BenchHouse::BenchHouse() : daemon_{bench_settings()}
{
    for (int number = 0; number < 4; ++number) {
        const auto added = daemon_.run(
            {"user", "add", fmt::format("member{}", number), "--credits", "1000000", "--ibutton",
             fmt::format("{:016X}", number + 1), "--password-stdin"},
            "bench\n");
        REQUIRE(added.exit_code == 0);
    }
}

std::vector<std::string> bench_command(
    const std::filesystem::path& ready_file, std::vector<std::string> arguments)
{
    std::vector<std::string> words{
        DRINK_BENCH_PROGRAM, "--server", "@" + ready_file.string(), "--json", "--quiet",
        "--warm-up",         "0"};
    words.insert(words.end(), arguments.begin(), arguments.end());
    return words;
}
