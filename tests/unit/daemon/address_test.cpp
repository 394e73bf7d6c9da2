#include "daemon/address.hpp"

#include "support/catch.hpp"

#include <string>

using drinkd::address_key;
using drinkd::describe;
using drinkd::tcp;

namespace asio = boost::asio;

namespace {

drinkd::AddressKey key_of(const char* address)
{
    return address_key(asio::ip::make_address(address));
}

std::string described(const char* address)
{
    return describe(tcp::endpoint{asio::ip::make_address(address), 4711});
}

}  // namespace

TEST_CASE("address: each IPv4 address is limited by itself")
{
    CHECK(key_of("10.0.7.20") == key_of("10.0.7.20"));
    CHECK_FALSE(key_of("10.0.7.20") == key_of("10.0.7.21"));
}

TEST_CASE("address: an IPv4 peer is the same one on an IPv6 socket")
{
    CHECK(key_of("10.0.7.20") == key_of("::ffff:10.0.7.20"));
    CHECK_FALSE(key_of("::ffff:10.0.7.20") == key_of("::ffff:10.0.7.21"));
}

TEST_CASE("address: an IPv6 network of 64 bits is limited as one")
{
    CHECK(key_of("fd00:0:0:1::1") == key_of("fd00::1:ffff:ffff:ffff:ffff"));
    CHECK_FALSE(key_of("fd00:0:0:1::1") == key_of("fd00:0:0:2::1"));
}

TEST_CASE("address: the key of equal addresses has equal hashes")
{
    const drinkd::AddressKeyHash hash;
    CHECK(hash(key_of("10.0.7.20")) == hash(key_of("::ffff:10.0.7.20")));
}

TEST_CASE("address: an endpoint is written with its port")
{
    CHECK(described("10.0.7.20") == "10.0.7.20:4711");
    CHECK(described("fd00::1") == "[fd00::1]:4711");
}

TEST_CASE("address: an IPv4 peer of an IPv6 socket is written in its IPv4 form")
{
    CHECK(described("::ffff:10.0.7.20") == "10.0.7.20:4711");
}
