#include "clients/common/ready_file.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <iterator>

namespace clients {

std::expected<ServerAddress, std::string> ready_listener(
    std::string_view ready_text, std::string_view kind)
{
    using nlohmann::json;
    const auto ready = json::parse(ready_text, nullptr, false);
    const json::json_pointer place{fmt::format("/{}/0", kind)};
    if (!ready.is_object() || !ready.contains(place)) {
        return std::unexpected{fmt::format("it names no listener for {}", kind)};
    }
    const auto& listener = ready.at(place);
    const auto address = listener.is_object() ? listener.value("address", json{}) : json{};
    const auto port = listener.is_object() ? listener.value("port", json{}) : json{};
    if (!address.is_string() || !port.is_number_unsigned() || port.get<std::uint64_t>() == 0 ||
        port.get<std::uint64_t>() > 65'535) {
        return std::unexpected{fmt::format("its listener for {} has no address and port", kind)};
    }
    return ServerAddress{connectable_host(address.get<std::string>()), port.get<std::uint16_t>()};
}

std::expected<ServerAddress, std::string> read_ready_listener(
    const std::filesystem::path& ready_file, std::string_view kind)
{
    std::ifstream file{ready_file};
    if (!file) return std::unexpected{fmt::format("no file {} yet", ready_file.string())};
    const std::string text{std::istreambuf_iterator<char>{file}, {}};
    auto address = ready_listener(text, kind);
    if (!address) address.error() = fmt::format("{}: {}", ready_file.string(), address.error());
    return address;
}

std::string connectable_host(std::string_view listen_address)
{
    if (listen_address == "0.0.0.0") return "127.0.0.1";
    if (listen_address == "::") return "::1";
    return std::string{listen_address};
}

}  // namespace clients
