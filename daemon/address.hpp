#pragma once

#include "config/address_range.hpp"
#include "daemon/asio.hpp"

#include <cstddef>
#include <string>

namespace drinkd {

/// Where a connection comes from, as far as limits are concerned: an IPv4 address, or the /64
/// network of an IPv6 address, since whoever has one address of it has them all.
struct AddressKey {
    config::AddressBytes bytes{};

    bool operator==(const AddressKey&) const = default;
};

struct AddressKeyHash {
    std::size_t operator()(const AddressKey& key) const;
};

/// All 16 bytes of an address, IPv4 in its mapped form.
config::AddressBytes address_bytes(const asio::ip::address& address);
AddressKey address_key(const asio::ip::address& address);
/// `10.0.7.20:4711`, or `[fd00::1]:4711`; an IPv4 peer of an IPv6 socket in its IPv4 form.
std::string describe(const tcp::endpoint& endpoint);

}  // namespace drinkd
