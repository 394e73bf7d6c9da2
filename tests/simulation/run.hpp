#pragma once

#include "simulation/disk.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace simulation {

/// What a run was about, for people and for the test that a run meets what it should.
struct Counts {
    std::size_t steps = 0;
    std::size_t drops = 0;
    std::size_t cans = 0;
    std::size_t doubts = 0;
    std::size_t crashes = 0;
    std::size_t power_cuts = 0;
    std::size_t stops = 0;
    std::size_t disk_faults = 0;

    Counts& operator+=(const Counts& more);
};

struct Outcome {
    Counts counts;
    std::vector<std::string> broken;    ///< What must not be, and was.
    std::vector<std::string> schedule;  ///< What happened, when it was asked for.
};

/// One house with its members and boards from the first step to rest, as a seed has it.
Outcome run(std::uint64_t seed, Disk& disk, bool keep_schedule);

}  // namespace simulation
