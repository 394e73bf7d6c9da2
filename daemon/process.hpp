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

/// Keeps the signals that ask the daemon to stop (SIGTERM and SIGINT) from interrupting this thread
/// and those that it starts: they are read instead.
void block_stop_signals();
/// A descriptor (signalfd) that can be read when one of them came. Throws std::system_error.
int open_stop_signals();
/// Which one it was; 0 if that cannot be read. From now on they have their default effect again:
/// the next one ends the process at once.
int take_stop_signal(int descriptor);

/// Tells the service manager, if there is one (sd_notify).
void notify_service_manager(const char* state);

/// Writes a file in one step: whoever sees it sees all of it. Throws std::system_error.
void write_ready_file(const std::filesystem::path& file, const nlohmann::json& addresses);

}  // namespace drinkd
