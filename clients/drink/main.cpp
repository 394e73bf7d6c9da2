#include "clients/drink/arguments.hpp"
#include "clients/drink/commands.hpp"

#include <fmt/format.h>

#include <clocale>
#include <cstdio>
#include <exception>

int main(int argc, char** argv)
{
    // The line editor reads characters of the user's encoding.
    std::setlocale(LC_CTYPE, "");  // NOLINT(concurrency-mt-unsafe)
    try {
        const auto arguments = drink::read_arguments(argc, argv);
        if (!arguments) return clients::print(arguments.error());
        return static_cast<int>(drink::run(*arguments));
    } catch (const std::exception& fault) {
        fmt::print(stderr, "drink: {}\n", fault.what());
        return static_cast<int>(drink::ExitCode::no_connection);
    }
}
