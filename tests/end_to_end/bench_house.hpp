#pragma once

#include "support/daemon.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <string>
#include <vector>

/// Settings of three machines, m0 to m2, with what drink-bench expects of a house.
nlohmann::json bench_settings();

/// drinkd with them, and four members who have the password `bench` and their iButton.
class BenchHouse {
public:
    BenchHouse();

    support::Daemon& daemon() { return daemon_; }
    std::filesystem::path ready_file() const { return daemon_.ready_file(); }

private:
    support::Daemon daemon_;
};

/// `drink-bench ARGUMENTS...` against a server, for JSON: from the start, and unless the arguments
/// have a duration for as long as it takes.
std::vector<std::string> bench_command(
    const std::filesystem::path& ready_file, std::vector<std::string> arguments);
