#pragma once

#include "clients/common/command_line.hpp"
#include "clients/tini_sim/board.hpp"

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

namespace tini_sim {

/// The command line as it is written: times in seconds, texts not yet looked at, empty where
/// nothing was given. Options are what follows from it.
struct Arguments {
    std::vector<std::string> machines;
    std::string password;
    std::string password_file;
    int slots = 5;
    std::string config;
    std::string server;
    std::string spelling = "tini";
    bool tini2 = false;
    std::string state;
    double drop_time = 1.5;
    Faults faults;
    std::string nack_reason;
    double late_by = 30;
    std::vector<int> empty;
    std::optional<std::int64_t> stock;
    double temperature = 38.75;
    bool no_temperature = false;
    bool no_sensors = false;
    double sign_of_life = 60;
    double reconnect = 5;
    bool whole_lines = false;
    std::optional<std::uint64_t> seed;
    bool quiet = false;
    bool no_color = false;
};

/// Reads the command line. A mistake ends the program with exit code 2.
std::expected<Arguments, clients::EarlyEnd> read_arguments(int argc, const char* const* argv);

}  // namespace tini_sim
