#pragma once

#include "daemon/house.hpp"

#include <nlohmann/json_fwd.hpp>

namespace drinkd {

/// What the running daemon is doing, for `drinkd status`.
Task<nlohmann::json> daemon_status(House& house);

}  // namespace drinkd
