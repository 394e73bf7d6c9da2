#pragma once

#include "config/settings.hpp"

#include <filesystem>
#include <optional>

namespace drinkd {

/// The daemon: builds its parts from the settings, serves until a signal asks it to stop, and ends
/// in good order. Throws std::exception with one clear line when it cannot start. `ready_file` is
/// written once everything listens: JSON with the real addresses, in the shape of `listen`.
void serve(
    const config::Settings& settings, const std::optional<std::filesystem::path>& ready_file);

}  // namespace drinkd
