#include "clients/tini_sim/server_location.hpp"

#include "support/catch.hpp"

using clients::ServerAddress;

TEST_CASE("server location: an address takes the port of boards")
{
    const auto location = tini_sim::parse_server_location("localhost");
    REQUIRE(location);
    CHECK(tini_sim::locate(*location) == ServerAddress{"localhost", 4343});
}

TEST_CASE("server location: @ names a ready file, which may not be there yet")
{
    const auto location = tini_sim::parse_server_location("@/no/such/ready.json");
    REQUIRE(location);
    CHECK(tini_sim::format_server_location(*location) == "@/no/such/ready.json");
    const auto address = tini_sim::locate(*location);
    REQUIRE_FALSE(address);
    CHECK(address.error() == "no file /no/such/ready.json yet");
}

TEST_CASE("server location: @ without a file is refused")
{
    CHECK_FALSE(tini_sim::parse_server_location("@"));
}
