// Makes the house that drink-bench measures by default: settings with machines m0, m1, ... and a
// ledger with members member0, member1, ... See docs/performance.md. A million members take
// seconds, since all have the same hash of the same password, which is what `drinkd user add` would
// not do.
#include "daemon/password.hpp"
#include "ledger/ledger.hpp"
#include "past_drops.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::int64_t accounts_per_commit = 10'000;

struct House {
    fs::path folder;
    std::int64_t members = 64;
    int machines = 16;
    int slots = 1;
    std::int64_t drops = 0;
    int workers = 1;
};

json settings_of(const House& house)
{
    const auto any_port = [](json listener) {
        listener["address"] = "127.0.0.1";
        listener["port"] = 0;
        return json::array({listener});
    };
    json machines = json::array();
    for (int number = 0; number < house.machines; ++number) {
        json slots = json::array();
        for (int slot = 1; slot <= house.slots; ++slot) {
            slots.push_back(
                {{"number", slot}, {"item", "Coke"}, {"price", 1}, {"count", 2'000'000'000}});
        }
        machines.push_back(
            {{"id", fmt::format("m{}", number)},
             {"name", fmt::format("Machine {}", number)},
             {"board", {{"password", fmt::format("bench-{}", number)}}},
             {"slots", slots}});
    }
    return {
        {"listen",
         {{"sunday", any_port({{"dialect", "js"}, {"machine", "m0"}})},
          {"boards", any_port(json::object())}}},
        {"ledger", {{"sqlite", "ledger.db"}}},
        {"workers", house.workers},
        {"drops", {{"queue_per_machine", std::clamp<std::int64_t>(house.members, 64, 100'000)}}},
        {"limits",
         {{"connections", 0},
          {"connections_per_address", 0},
          {"idle_s", 0},
          {"idle_logged_in_s", 0}}},
        {"machines", machines}};
}

void open_accounts(const House& house)
{
    drinkd::set_up_passwords();
    const auto hash = drinkd::hash_password("bench");
    ledger::Ledger ledger{house.folder / "ledger.db"};
    ledger.take_settings(config::load_settings(house.folder / "settings.json").value().machines);
    const auto commit = [&ledger] {
        if (ledger.commit() != ledger::Ledger::Commit::kept) {
            throw std::runtime_error{"the ledger could not be written"};
        }
    };
    for (std::int64_t number = 0; number < house.members; ++number) {
        const ledger::NewAccount account{
            .name = fmt::format("member{}", number),
            .credits = 1'000'000'000,
            .ibutton = fmt::format("{:016X}", number + 1),
            .password_hash = hash};
        const ledger::Cause cause{.actor = "bench", .reason = "user add"};
        ledger.open_account(account, cause).value();
        if (number % accounts_per_commit == 0) commit();
    }
    commit();
}

}  // namespace

int main(int argc, char** argv)
{
    House house;
    CLI::App app{"Makes settings.json and ledger.db for drinkd, to be measured by drink-bench."};
    app.add_option("FOLDER", house.folder, "where; made when it is missing")->required();
    app.add_option("--members", house.members)->capture_default_str();
    app.add_option("--machines", house.machines)->capture_default_str()->check(CLI::PositiveNumber);
    app.add_option("--slots", house.slots)->capture_default_str()->check(CLI::Range(1, 255));
    app.add_option("--drops", house.drops, "so many were made and paid before")
        ->capture_default_str();
    app.add_option("--workers", house.workers)->capture_default_str();
    CLI11_PARSE(app, argc, argv);
    try {
        fs::create_directories(house.folder);
        if (fs::exists(house.folder / "ledger.db")) {
            throw std::runtime_error{"there is a ledger already"};
        }
        std::ofstream{house.folder / "settings.json"} << settings_of(house).dump(1) << '\n';
        open_accounts(house);
        if (house.drops > 0) add_past_drops(house.folder / "ledger.db", house.members, house.drops);
    } catch (const std::exception& error) {
        std::cerr << "bench_house: " << error.what() << '\n';
        return EXIT_FAILURE;
    }
}
