#include "clients/common/server_address.hpp"

#include "protocol/words.hpp"

#include <fmt/format.h>

namespace clients {

std::expected<ServerAddress, std::string> parse_server_address(
    std::string_view text, std::uint16_t default_port)
{
    auto host = text;
    std::string_view port;
    bool port_given = false;
    if (text.starts_with('[')) {
        const auto close = text.find(']');
        if (close == std::string_view::npos) {
            return std::unexpected{fmt::format("'{}' lacks the closing bracket", text)};
        }
        host = text.substr(1, close - 1);
        port = text.substr(close + 1);
        port_given = !port.empty();
        if (port_given && !port.starts_with(':')) {
            return std::unexpected{fmt::format("'{}': only :PORT may follow the bracket", text)};
        }
    } else if (const auto colon = text.find(':'); colon != std::string_view::npos) {
        if (colon != text.rfind(':')) {
            return std::unexpected{
                fmt::format("'{}': write an IPv6 address in brackets, as in [::1]:4242", text)};
        }
        host = text.substr(0, colon);
        port = text.substr(colon);
        port_given = true;
    }
    if (host.empty()) return std::unexpected{fmt::format("'{}' names no host", text)};
    if (!port_given) return ServerAddress{std::string{host}, default_port};

    const auto number = protocol::parse_number<std::uint16_t>(port.substr(1));
    if (!number || *number == 0) {
        return std::unexpected{
            fmt::format("'{}' is not a port; it must be 1 to 65535", port.substr(1))};
    }
    return ServerAddress{std::string{host}, *number};
}

std::string format_server_address(const ServerAddress& address)
{
    const bool ipv6 = address.host.find(':') != std::string::npos;
    return ipv6 ? fmt::format("[{}]:{}", address.host, address.port)
                : fmt::format("{}:{}", address.host, address.port);
}

}  // namespace clients
