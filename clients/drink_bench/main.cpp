#include "clients/drink_bench/commands.hpp"
#include "clients/drink_bench/options.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <exception>

int main(int argc, char** argv)
{
    try {
        const auto options = drink_bench::read_options(argc, argv);
        if (!options) return clients::print(options.error());
        return drink_bench::run(*options);
    } catch (const std::exception& fault) {
        fmt::print(stderr, "drink-bench: {}\n", fault.what());
        return 1;
    }
}
