#pragma once

#include "config/section.hpp"
#include "config/settings.hpp"

namespace config {

/// Reads `listen`. `settings.machines` must have been read: listeners name their default machine.
void read_listen(Section& root, Settings& settings);

}  // namespace config
