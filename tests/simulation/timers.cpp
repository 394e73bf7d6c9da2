#include "simulation/timers.hpp"

#include <algorithm>

namespace simulation {

Timers& timers()
{
    static Timers all;
    return all;
}

Timers::Key Timers::add(Instant at, Due due)
{
    const Key key{at, ++last_};
    waiting_.emplace(key, std::move(due));
    return key;
}

std::optional<Timers::Due> Timers::take(Key key)
{
    auto node = waiting_.extract(key);
    if (!node) return std::nullopt;
    return std::move(node.mapped());
}

std::optional<Instant> Timers::next() const
{
    if (waiting_.empty()) return std::nullopt;
    return waiting_.begin()->first.first;
}

void Timers::pass_until(Instant at)
{
    now_ = std::max(now_, at);
    while (!waiting_.empty() && waiting_.begin()->first.first <= now_) {
        auto node = waiting_.extract(waiting_.begin());
        node.mapped()();
    }
}

void Timers::start_over(Instant at)
{
    waiting_.clear();
    now_ = at;
    last_ = 0;
}

}  // namespace simulation
