#pragma once

#include "clients/common/command_line.hpp"
#include "clients/common/server_address.hpp"
#include "clients/drink_bench/board.hpp"
#include "clients/drink_bench/load.hpp"
#include "clients/drink_bench/member.hpp"
#include "clients/drink_bench/report.hpp"

#include <cstddef>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>

namespace drink_bench {

/// The addresses of a server, or the file in which it writes them.
struct ServerOptions {
    std::variant<clients::ServerAddress, std::filesystem::path> members;
    std::optional<clients::ServerAddress> boards;  ///< Nothing = as the file of members says.
};

/// A measurement. What is lacking in its plans is the addresses, since the server has to be found.
struct LoadCommand {
    ServerOptions server;
    Subject subject;
    LoadPlan load;
    MemberPlan member;
    BoardPlan board;
    std::uint64_t seed = 1;
    bool json = false;
    bool quiet = false;
};

/// The relay, to be measured.
struct RelayCommand {
    std::string address;
    std::uint16_t members_port = 0;
    std::uint16_t boards_port = 0;
    std::string ready_file;  ///< Empty = none is written.
};

/// What the command line asks for.
struct Options {
    std::variant<LoadCommand, RelayCommand> command;
    std::optional<int> core;  ///< To run on, alone.
};

/// Reads the command line. A mistake ends the program with exit code 2.
std::expected<Options, clients::EarlyEnd> read_options(int argc, const char* const* argv);

}  // namespace drink_bench
