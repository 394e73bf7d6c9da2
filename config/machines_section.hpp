#pragma once

#include "config/section.hpp"
#include "config/settings.hpp"

#include <filesystem>
#include <vector>

namespace config {

/// Reads `machines`: each of them, and what must hold between them. Secrets in files come from
/// `read`, those with relative paths from `folder`.
std::vector<Machine> read_machines(
    Section& root, const std::filesystem::path& folder, const ReadSecret& read);

}  // namespace config
