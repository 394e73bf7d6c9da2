#include "simulation/run.hpp"

#include <CLI/CLI.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

using simulation::Counts;

volatile std::sig_atomic_t told_to_stop = 0;

// The drops that matter are those that something happened to: a simulation that never crashes
// anything must not look like one that found nothing.
std::string describe(const Counts& counts)
{
    return fmt::format(
        "{} steps, {} drops, {} cans, {} doubts, {} crashes, {} power cuts, {} stops, "
        "{} disk faults",
        counts.steps, counts.drops, counts.cans, counts.doubts, counts.crashes, counts.power_cuts,
        counts.stops, counts.disk_faults);
}

// Runs a seed again and prints all of it.
int replay(std::uint64_t seed, simulation::Disk& disk)
{
    const auto outcome = simulation::run(seed, disk, true);
    for (const auto& line : outcome.schedule) fmt::print("{}\n", line);
    for (const auto& what : outcome.broken) fmt::print("seed {}: {}\n", seed, what);
    if (outcome.broken.empty()) fmt::print("seed {}: all held\n", seed);
    fmt::print("{}\n", describe(outcome.counts));
    return outcome.broken.empty() ? EXIT_SUCCESS : EXIT_FAILURE;
}

void print_failure(const std::string& program, std::uint64_t seed, simulation::Disk& disk)
{
    replay(seed, disk);
    fmt::print("again: {} --seed {}\n", program, seed);
}

}  // namespace

int main(int argc, char** argv)
{
    CLI::App app{
        "Runs the daemon's own code, seed by seed, in a world of virtual time, connections in "
        "memory and a disk that fails, and holds its rules after each step."};
    std::uint64_t first = 1;
    std::uint64_t seeds = 1'000;
    std::optional<std::uint64_t> seed;
    bool forever = false;
    std::optional<std::string> expected;
    app.add_option("--first", first, "the first seed")->capture_default_str();
    app.add_option("--seeds", seeds, "how many seeds")->capture_default_str();
    app.add_option("--seed", seed, "run this one and print its schedule");
    app.add_flag("--forever", forever, "go on until interrupted, with a line each 10 seconds");
    app.add_option(
        "--expect", expected, "succeed when a seed breaks what is called so, fail when none does");
    CLI11_PARSE(app, argc, argv);

    simulation::Disk disk;
    if (seed) return replay(*seed, disk);

    std::signal(SIGINT, [](int) { told_to_stop = 1; });
    std::signal(SIGTERM, [](int) { told_to_stop = 1; });
    using Clock = std::chrono::steady_clock;
    const auto began = Clock::now();
    auto told = began;
    Counts counts;
    std::uint64_t done = 0;
    const auto print_counts = [&] {
        const std::chrono::duration<double> time = Clock::now() - began;
        fmt::print(
            "{} seeds, {:.0f} a second; {}\n", done, static_cast<double>(done) / time.count(),
            describe(counts));
        std::fflush(stdout);
    };
    for (auto next = first; told_to_stop == 0 && (forever || done < seeds); ++next) {
        const auto outcome = simulation::run(next, disk, false);
        ++done;
        counts += outcome.counts;
        if (expected) {
            const auto found = std::ranges::find_if(
                outcome.broken, [&](const auto& what) { return what.contains(*expected); });
            if (found == outcome.broken.end()) continue;
            fmt::print("found by seed {}: {}\n", next, *found);
            return EXIT_SUCCESS;
        }
        if (!outcome.broken.empty()) {
            print_failure(argv[0], next, disk);
            print_counts();
            return EXIT_FAILURE;
        }
        if (forever && Clock::now() - told >= std::chrono::seconds{10}) {
            told = Clock::now();
            print_counts();
        }
    }
    print_counts();
    return expected ? EXIT_FAILURE : EXIT_SUCCESS;
}
