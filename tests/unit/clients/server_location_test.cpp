#include "clients/tini_sim/server_location.hpp"

#include "support/catch.hpp"

using clients::ServerAddress;
using tini_sim::boards_address;

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

TEST_CASE("ready file: the first listener for boards is the address")
{
    CHECK(
        boards_address(R"({"sunday":[{"address":"127.0.0.1","port":4242}],
                           "boards":[{"address":"127.0.0.1","port":4343}]})") ==
        ServerAddress{"127.0.0.1", 4343});
}

TEST_CASE("ready file: a listener on all addresses is reached on this computer")
{
    CHECK(boards_address(R"({"boards":[{"address":"::","port":1}]})") == ServerAddress{"::1", 1});
    CHECK(
        boards_address(R"({"boards":[{"address":"0.0.0.0","port":1}]})") ==
        ServerAddress{"127.0.0.1", 1});
}

TEST_CASE("ready file: one that can not be used is refused")
{
    const auto* const text = GENERATE(
        "", "[]", "{", "{}", R"({"boards":[]})", R"({"boards":{}})", R"({"boards":[1]})",
        R"({"boards":[{}]})", R"({"boards":[{"address":1,"port":1}]})",
        R"({"boards":[{"address":"::","port":0}]})",
        R"({"boards":[{"address":"::","port":65536}]})",
        R"({"boards":[{"address":"::","port":"1"}]})");
    CAPTURE(text);
    CHECK_FALSE(boards_address(text));
}
