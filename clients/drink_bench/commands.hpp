#pragma once

#include "clients/drink_bench/options.hpp"

namespace drink_bench {

/// Does what the command line asks for, and gives the exit code. Throws std::exception where it
/// cannot even begin.
int run(const Options& options);

}  // namespace drink_bench
