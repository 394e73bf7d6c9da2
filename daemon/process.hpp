#pragma once

#include "config/settings.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <filesystem>

/// What the daemon arranges with the system around it.
namespace drinkd {

/// Raises the soft descriptor limit as far as it goes. Where the limits on connections still do not
/// fit, they are lowered, with a warning.
config::Limits fit_descriptors(config::Limits limits, std::size_t machines);

/// Keeps the signals that stop the daemon from this thread and from those that it starts, or lets
/// them in again. Only threads that serve connections take them: one that sleeps for long might
/// put a signal off.
void block_stop_signals();
void unblock_stop_signals();

/// Tells the service manager, if there is one (sd_notify).
void notify_service_manager(const char* state);

/// Writes a file in one step: whoever sees it sees all of it. Throws std::system_error.
void write_ready_file(const std::filesystem::path& file, const nlohmann::json& addresses);

}  // namespace drinkd
