#pragma once

#include <cstddef>
#include <cstdint>
#include <random>

namespace simulation {

/// The one source of chance of a run: the same seed gives the same run.
class Dice {
public:
    explicit Dice(std::uint64_t seed) : engine_{seed} {}

    /// 0 to `end` - 1. (The distributions of the standard library differ between libraries.)
    std::size_t below(std::size_t end) { return static_cast<std::size_t>(engine_()) % end; }
    /// `first` to `last`, both included.
    int between(int first, int last)
    {
        return first + static_cast<int>(below(static_cast<std::size_t>(last - first + 1)));
    }
    bool one_in(std::size_t times) { return below(times) == 0; }
    bool percent(std::size_t share) { return below(100) < share; }

private:
    std::mt19937_64 engine_;
};

}  // namespace simulation
