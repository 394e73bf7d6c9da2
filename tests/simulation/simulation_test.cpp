#include "simulation/run.hpp"
#include "support/catch.hpp"

using simulation::Counts;

// What holds in a run is held by `simulate`, for thousands of seeds. This is about the runs.

TEST_CASE("simulation: a seed gives the same schedule each time")
{
    simulation::Disk disk;
    std::size_t steps = 0;
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        const auto first = simulation::run(seed, disk, true);
        // Nothing of another run is left over.
        simulation::run(seed + 100, disk, false);
        const auto second = simulation::run(seed, disk, true);
        CHECK(first.schedule == second.schedule);
        steps += first.schedule.size();
    }
    CHECK(steps > 500);
}

TEST_CASE("simulation: a few seeds meet all that can happen")
{
    simulation::Disk disk;
    Counts counts;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        counts += simulation::run(seed, disk, false).counts;
    }
    CHECK(counts.drops > 100);
    CHECK(counts.cans > 50);
    CHECK(counts.doubts > 10);
    CHECK(counts.crashes > 0);
    CHECK(counts.power_cuts > 0);
    CHECK(counts.stops > 0);
    CHECK(counts.disk_faults > 0);
}
