#pragma once

#include "clients/drink/arguments.hpp"
#include "clients/drink/failure.hpp"

namespace drink {

/// Carries out what the command line asks for. What was found goes to standard output, a failure in
/// words to standard error, or as JSON to standard output.
ExitCode run(const Arguments& arguments);

}  // namespace drink
