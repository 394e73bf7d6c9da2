#pragma once

#include "daemon/log.hpp"

#include <functional>
#include <string_view>

namespace simulation {

/// Is told of every line that the daemon would log.
using Listener =
    std::function<void(std::string_view level, std::string_view event, drinkd::log::Fields)>;
void listen_to_log(Listener listener);

}  // namespace simulation
