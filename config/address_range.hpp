#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace config {

/// The 16 bytes of an IPv6 address; an IPv4 address is held as its mapped form (::ffff:a.b.c.d), so
/// that a board is recognised whichever kind of socket it came in on.
using AddressBytes = std::array<std::uint8_t, 16>;

/// A numeric IPv4 or IPv6 address, or nothing.
std::optional<AddressBytes> parse_address(std::string_view text);

/// A range of addresses in CIDR form, such as 10.0.7.0/24, fd00::/8, or one address.
class AddressRange {
public:
    /// Nothing when the text is not a range, or has bits set behind its prefix.
    static std::optional<AddressRange> parse(std::string_view text);

    bool contains(const AddressBytes& address) const;
    bool overlaps(const AddressRange& other) const;

    bool operator==(const AddressRange&) const = default;

private:
    AddressRange(AddressBytes base, int prefix) : base_{base}, prefix_{prefix} {}

    AddressBytes base_;
    int prefix_;  // Bits, 0 to 128, of the mapped form.
};

}  // namespace config
