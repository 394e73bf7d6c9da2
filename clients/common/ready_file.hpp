#pragma once

#include "clients/common/server_address.hpp"

#include <expected>
#include <filesystem>
#include <string>
#include <string_view>

/// The file that a daemon writes when it listens, with the ports that it got.
namespace clients {

/// The first listener of a kind, `sunday` or `boards`, according to the text of a ready file.
std::expected<ServerAddress, std::string> ready_listener(
    std::string_view ready_text, std::string_view kind);

/// The same for a file. An error is one clause in words.
std::expected<ServerAddress, std::string> read_ready_listener(
    const std::filesystem::path& ready_file, std::string_view kind);

/// What to connect to for a listener's address: itself, or this computer when it listens on all.
std::string connectable_host(std::string_view listen_address);

}  // namespace clients
