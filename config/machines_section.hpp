#pragma once

#include "config/section.hpp"
#include "config/settings.hpp"

#include <filesystem>
#include <vector>

namespace config {

/// Reads `machines`: each of them, and what must hold between them. Secrets in files with relative
/// paths are taken from `folder`.
std::vector<Machine> read_machines(Section& root, const std::filesystem::path& folder);

}  // namespace config
