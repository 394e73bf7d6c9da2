#include "clients/drink_bench/arguments.hpp"
#include "clients/drink_bench/commands.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <exception>

int main(int argc, char** argv)
{
    try {
        const auto arguments = drink_bench::read_arguments(argc, argv);
        if (!arguments) return clients::print(arguments.error());
        return drink_bench::run(*arguments);
    } catch (const std::exception& fault) {
        fmt::print(stderr, "drink-bench: {}\n", fault.what());
        return 1;
    }
}
