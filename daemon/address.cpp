#include "daemon/address.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace drinkd {
namespace {

constexpr std::size_t network_bytes = 8;  // The /64 of an IPv6 address.

bool is_mapped_v4(const config::AddressBytes& bytes)
{
    constexpr std::array<std::uint8_t, 12> prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    return std::equal(prefix.begin(), prefix.end(), bytes.begin());
}

}  // namespace

std::size_t AddressKeyHash::operator()(const AddressKey& key) const
{
    const std::string_view bytes{reinterpret_cast<const char*>(key.bytes.data()), key.bytes.size()};
    return std::hash<std::string_view>{}(bytes);
}

config::AddressBytes address_bytes(const asio::ip::address& address)
{
    const auto v6 = address.is_v4()
                        ? asio::ip::make_address_v6(asio::ip::v4_mapped, address.to_v4())
                        : address.to_v6();
    return v6.to_bytes();
}

AddressKey address_key(const asio::ip::address& address)
{
    AddressKey key{.bytes = address_bytes(address)};
    if (!is_mapped_v4(key.bytes)) std::fill(key.bytes.begin() + network_bytes, key.bytes.end(), 0);
    return key;
}

std::string describe(const tcp::endpoint& endpoint)
{
    auto address = endpoint.address();
    if (address.is_v6() && address.to_v6().is_v4_mapped()) {
        address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
    }
    const auto* form = address.is_v4() ? "{}:{}" : "[{}]:{}";
    return fmt::format(fmt::runtime(form), address.to_string(), endpoint.port());
}

}  // namespace drinkd
