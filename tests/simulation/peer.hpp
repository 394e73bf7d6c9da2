#pragma once

#include "simulation/wire.hpp"

#include <functional>
#include <memory>
#include <string>

namespace simulation {

/// What a member or a board needs of the world around it.
struct PeerSurroundings {
    std::function<std::shared_ptr<Wire>()> connect;  ///< Nothing while the daemon is away.
    std::function<void(std::string)> tell;           ///< For the schedule.
    std::function<void(std::string)> broken;         ///< Told what must not be.
};

}  // namespace simulation
