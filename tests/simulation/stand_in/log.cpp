#include "simulation/log.hpp"

#include <utility>

// The simulated daemon is linked with this in place of its own log.

namespace {

simulation::Listener listener;

void tell(std::string_view level, std::string_view event, drinkd::log::Fields fields)
{
    if (listener) listener(level, event, fields);
}

}  // namespace

void simulation::listen_to_log(Listener new_listener) { listener = std::move(new_listener); }

namespace drinkd::log {

void debug(std::string_view event, Fields fields) { tell("debug", event, fields); }
void info(std::string_view event, Fields fields) { tell("info", event, fields); }
void warn(std::string_view event, Fields fields) { tell("warn", event, fields); }
void error(std::string_view event, Fields fields) { tell("error", event, fields); }

}  // namespace drinkd::log
