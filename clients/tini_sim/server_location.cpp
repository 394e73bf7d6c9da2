#include "clients/tini_sim/server_location.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <iterator>

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

std::expected<ServerAddress, std::string> boards_address(std::string_view ready_text)
{
    using nlohmann::json;
    const auto ready = json::parse(ready_text, nullptr, false);
    const json::json_pointer listener{"/boards/0"};
    if (!ready.is_object() || !ready.contains(listener)) {
        return std::unexpected{std::string{"it names no listener for boards"}};
    }
    const auto& boards = ready.at(listener);
    const auto address = boards.is_object() ? boards.value("address", json{}) : json{};
    const auto port = boards.is_object() ? boards.value("port", json{}) : json{};
    if (!address.is_string() || !port.is_number_unsigned() || port.get<std::uint64_t>() == 0 ||
        port.get<std::uint64_t>() > 65'535) {
        return std::unexpected{std::string{"its listener for boards has no address and port"}};
    }
    return ServerAddress{connectable_host(address.get<std::string>()), port.get<std::uint16_t>()};
}

std::expected<ServerAddress, std::string> locate(const ServerLocation& location)
{
    if (const auto* fixed = std::get_if<ServerAddress>(&location)) return *fixed;
    const auto& path = std::get<ReadyFile>(location).path;
    std::ifstream file{path};
    if (!file) return std::unexpected{fmt::format("no file {} yet", path.string())};
    const std::string text{std::istreambuf_iterator<char>{file}, {}};
    auto address = boards_address(text);
    if (!address) address.error() = fmt::format("{}: {}", path.string(), address.error());
    return address;
}

std::string connectable_host(std::string_view listen_address)
{
    if (listen_address == "0.0.0.0") return "127.0.0.1";
    if (listen_address == "::") return "::1";
    return std::string{listen_address};
}

}  // namespace tini_sim
