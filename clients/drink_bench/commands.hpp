#pragma once

#include "clients/drink_bench/arguments.hpp"

namespace drink_bench {

/// Does what the command line asks for, and gives the exit code. Throws std::exception where it
/// cannot even begin.
int run(const Arguments& arguments);

}  // namespace drink_bench
