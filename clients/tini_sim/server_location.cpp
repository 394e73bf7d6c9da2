#include "clients/tini_sim/server_location.hpp"

#include "clients/common/ready_file.hpp"

#include <fmt/format.h>

namespace tini_sim {

using clients::ServerAddress;

std::expected<ServerLocation, std::string> parse_server_location(std::string_view text)
{
    if (text.starts_with('@')) {
        if (text.size() == 1) return std::unexpected{std::string{"'@' lacks the name of a file"}};
        return ReadyFile{text.substr(1)};
    }
    return clients::parse_server_address(text, default_boards_port);
}

std::string format_server_location(const ServerLocation& location)
{
    if (const auto* file = std::get_if<ReadyFile>(&location))
        return fmt::format("@{}", file->path.string());
    return clients::format_server_address(std::get<ServerAddress>(location));
}

std::expected<ServerAddress, std::string> locate(const ServerLocation& location)
{
    if (const auto* fixed = std::get_if<ServerAddress>(&location)) return *fixed;
    return clients::read_ready_listener(std::get<ReadyFile>(location).path, "boards");
}

}  // namespace tini_sim
