#pragma once

#include <string>

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace clients {

/// Why a program ends after it has read its arguments, without doing its work: help was asked for
/// (exit code 0, for stdout) or something is wrong (any other, for stderr).
struct EarlyEnd {
    int exit_code = 0;
    std::string text;
};

/// The exit code of wrong usage, the same for every program here.
inline constexpr int usage_exit_code = 2;

/// Gives a program --version, and a help, with its subcommands' that are declared later, that fits
/// a terminal and names values without their bounds.
void prepare(CLI::App& app);

/// What to tell the user when the arguments could not be taken, or asked for help.
EarlyEnd early_end_of(const CLI::App& app, const CLI::ParseError& error);

/// Prints the text where it belongs, and gives the exit code.
int print(const EarlyEnd& end);

}  // namespace clients
