// What members see with `drink list`.
#include "support/catch.hpp"
#include "support/daemon.hpp"

using namespace support;

namespace {

nlohmann::json house_with_machines(int count)
{
    auto settings = small_house();
    auto& machines = settings["machines"];
    while (static_cast<int>(machines.size()) < count) {
        auto machine = machines.front();
        const auto number = std::to_string(machines.size());
        machine["id"] = "m" + number;
        machine["name"] = "Machine " + number;
        machine["board"]["password"] = "board" + number;
        machine.erase("aliases");
        machines.push_back(std::move(machine));
    }
    return settings;
}

}  // namespace

TEST_CASE("drink list: shows every machine of a large house")
{
    const Daemon daemon{house_with_machines(60)};
    const auto server = "127.0.0.1:" + std::to_string(daemon.sunday_port());
    const auto listed = run_program({DRINK_PROGRAM, "--json", "--server", server, "list"});
    INFO(listed.out);
    REQUIRE(listed.exit_code == 0);
    const auto machines = nlohmann::json::parse(listed.out).at("machines");
    REQUIRE(machines.size() == 60);
    CHECK(machines.at(0).at("id") == "d");
    CHECK(machines.at(59).at("id") == "m59");
    CHECK(machines.at(59).at("slots").size() == 4);
}
