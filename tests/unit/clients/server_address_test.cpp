#include "clients/common/server_address.hpp"

#include "support/catch.hpp"

using clients::parse_server_address;
using clients::ServerAddress;

TEST_CASE("server address: a host alone takes the default port")
{
    CHECK(
        parse_server_address("drink.example.org", 4242) ==
        ServerAddress{"drink.example.org", 4242});
}

TEST_CASE("server address: a port follows a colon")
{
    CHECK(parse_server_address("10.0.0.7:99", 4242) == ServerAddress{"10.0.0.7", 99});
}

TEST_CASE("server address: IPv6 is written in brackets, with or without a port")
{
    CHECK(parse_server_address("[::1]", 4242) == ServerAddress{"::1", 4242});
    CHECK(parse_server_address("[fd00::7]:99", 4242) == ServerAddress{"fd00::7", 99});
}

TEST_CASE("server address: IPv6 without brackets is refused with the form to use")
{
    const auto address = parse_server_address("::1", 4242);
    REQUIRE_FALSE(address);
    CHECK(address.error().find("[::1]:4242") != std::string::npos);
}

TEST_CASE("server address: what is no address is refused")
{
    const auto* const text = GENERATE(
        "", ":4242", "host:", "host:0", "host:65536", "host:x", "host:4242 ", "[::1", "[::1]4242",
        "[]:4242", "[::1]:");
    CAPTURE(text);
    CHECK_FALSE(parse_server_address(text, 4242));
}

TEST_CASE("server address: the written form is read back")
{
    for (const ServerAddress& address : {ServerAddress{"::1", 1}, ServerAddress{"host", 65'535}}) {
        CHECK(parse_server_address(clients::format_server_address(address), 4242) == address);
    }
}
