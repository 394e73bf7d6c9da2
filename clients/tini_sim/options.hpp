#pragma once

#include "clients/common/command_line.hpp"
#include "clients/tini_sim/board.hpp"
#include "clients/tini_sim/board_link.hpp"

#include <expected>
#include <filesystem>
#include <optional>
#include <vector>

namespace tini_sim {

/// What the command line, and the settings file that it names, ask for.
struct Options {
    LinkSettings link;
    Behaviour behaviour;
    std::vector<Cabinet> cabinets;
    std::optional<std::filesystem::path> state;  ///< The folder of the boards' notes.
    bool quiet = false;
    bool no_color = false;
};

/// Reads the arguments of the program. Mistakes in the arguments end it with exit code 2, a
/// settings file that can not be used with 1.
std::expected<Options, clients::EarlyEnd> read_options(int argc, const char* const* argv);

}  // namespace tini_sim
