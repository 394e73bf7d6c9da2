#pragma once

#include "clients/common/command_line.hpp"

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <sys/types.h>

namespace drink_bench {

inline constexpr double seconds_max = 86'400;  ///< Of each time that can be given.

/// The command line as it is written: times in seconds, texts not yet looked at, empty or nothing
/// where nothing was given. Options are what follows from it.
struct Arguments {
    std::string workload = "drops";  ///< Or `relay`.

    std::string server = "localhost";
    std::string boards_server;
    std::optional<pid_t> pid;
    std::optional<std::size_t> sources;

    std::size_t members = 64;
    std::optional<std::size_t> boards;
    std::optional<std::size_t> machines;
    int slots = 1;
    std::string login = "password";
    std::string member = "member#";
    std::string password = "bench";
    std::string machine = "m#";
    std::string board_password = "bench-#";

    std::optional<double> rate;
    std::string think_time = "0";
    double warm_up = 1;
    double duration = 10;
    std::string answer_time = "0";
    double nack_rate = 0;
    bool tini2 = false;
    bool status = false;
    std::uint64_t seed = 1;

    bool json = false;
    bool quiet = false;
    std::optional<int> core;

    std::string address = "127.0.0.1";  ///< This one and the rest are the relay's.
    std::uint16_t members_port = 4242;
    std::uint16_t boards_port = 4343;
    std::string ready_file;
};

/// Reads the command line. A mistake ends the program with exit code 2.
std::expected<Arguments, clients::EarlyEnd> read_arguments(int argc, const char* const* argv);

}  // namespace drink_bench
