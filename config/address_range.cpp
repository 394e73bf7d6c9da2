#include "config/address_range.hpp"

#include "protocol/words.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <string>

namespace config {
namespace {

constexpr int address_bits = 128;
constexpr std::size_t mapped_bytes = 12;  // What stands before an IPv4 address in its mapped form.
constexpr int mapped_bits = 8 * mapped_bytes;

bool is_ipv4(std::string_view text) { return text.find(':') == std::string_view::npos; }

/// The byte of a mask of `prefix` bits at `index`.
std::uint8_t mask_byte(int prefix, int index)
{
    const int bits = std::clamp(prefix - 8 * index, 0, 8);
    return static_cast<std::uint8_t>(0xff00 >> bits);
}

AddressBytes masked(AddressBytes address, int prefix)
{
    for (int index = 0; auto& byte : address) byte &= mask_byte(prefix, index++);
    return address;
}

}  // namespace

std::optional<AddressBytes> parse_address(std::string_view text)
{
    // inet_pton() reads up to a NUL, so one inside the text would hide what is behind it.
    if (text.find('\0') != std::string_view::npos) return std::nullopt;
    const std::string terminated{text};
    AddressBytes address{};
    if (!is_ipv4(text)) {
        if (inet_pton(AF_INET6, terminated.c_str(), address.data()) != 1) return std::nullopt;
        return address;
    }
    address[mapped_bytes - 2] = address[mapped_bytes - 1] = 0xff;
    if (inet_pton(AF_INET, terminated.c_str(), address.data() + mapped_bytes) != 1) {
        return std::nullopt;
    }
    return address;
}

std::optional<AddressRange> AddressRange::parse(std::string_view text)
{
    const auto slash = text.find('/');
    const auto base_text = text.substr(0, slash);
    const auto base = parse_address(base_text);
    if (!base) return std::nullopt;
    if (slash == std::string_view::npos) return AddressRange{*base, address_bits};

    const auto bits = protocol::parse_number<std::uint8_t>(text.substr(slash + 1));
    if (!bits) return std::nullopt;
    const int prefix = *bits + (is_ipv4(base_text) ? mapped_bits : 0);
    if (prefix > address_bits || masked(*base, prefix) != *base) return std::nullopt;
    return AddressRange{*base, prefix};
}

bool AddressRange::contains(const AddressBytes& address) const
{
    return masked(address, prefix_) == base_;
}

bool AddressRange::overlaps(const AddressRange& other) const
{
    // Two prefixes overlap exactly where the wider one contains the base of the narrower one.
    return prefix_ < other.prefix_ ? contains(other.base_) : other.contains(base_);
}

}  // namespace config
