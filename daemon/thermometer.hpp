#pragma once

#include "daemon/world.hpp"

#include <chrono>
#include <mutex>
#include <optional>

namespace drinkd {

/// What a machine's board last said of its temperature, while that is news. Any thread may call it.
class Thermometer {
public:
    /// Boards say it once a minute or so; an older one is nothing that anybody should read.
    static constexpr std::chrono::minutes news_for{15};

    void take(double fahrenheit, Clock::time_point at);
    std::optional<double> fahrenheit(Clock::time_point now) const;

private:
    struct Reading {
        double fahrenheit = 0;
        Clock::time_point at;
    };

    mutable std::mutex mutex_;
    std::optional<Reading> last_;
};

}  // namespace drinkd
