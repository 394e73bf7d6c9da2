#pragma once

#include "clients/common/server_address.hpp"

#include <expected>
#include <filesystem>
#include <string>
#include <string_view>
#include <variant>

namespace tini_sim {

/// The port of boards where nothing else is said.
inline constexpr std::uint16_t default_boards_port = 4343;

/// The file that a daemon writes when it listens, with the ports that it got.
struct ReadyFile {
    std::filesystem::path path;
};

/// Where the boards find their server.
using ServerLocation = std::variant<clients::ServerAddress, ReadyFile>;

/// Reads `HOST`, `HOST:PORT` or `@FILE`, or says what is wrong with the text.
std::expected<ServerLocation, std::string> parse_server_location(std::string_view text);

/// The location in words, as parse_server_location reads it.
std::string format_server_location(const ServerLocation& location);

/// The address as it is now: a ready file is read anew each time, since a daemon that was started
/// again may have another port. An error is one clause in words.
std::expected<clients::ServerAddress, std::string> locate(const ServerLocation& location);

}  // namespace tini_sim
