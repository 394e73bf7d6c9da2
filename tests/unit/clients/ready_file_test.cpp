#include "clients/common/ready_file.hpp"

#include "support/catch.hpp"

using clients::ready_listener;
using clients::ServerAddress;

TEST_CASE("ready file: the first listener of a kind is the address")
{
    constexpr auto text = R"({"sunday":[{"address":"127.0.0.1","port":4242}],
                              "boards":[{"address":"127.0.0.1","port":4343}]})";
    CHECK(ready_listener(text, "sunday") == ServerAddress{"127.0.0.1", 4242});
    CHECK(ready_listener(text, "boards") == ServerAddress{"127.0.0.1", 4343});
}

TEST_CASE("ready file: a listener on all addresses is reached on this computer")
{
    CHECK(
        ready_listener(R"({"boards":[{"address":"::","port":1}]})", "boards") ==
        ServerAddress{"::1", 1});
    CHECK(
        ready_listener(R"({"boards":[{"address":"0.0.0.0","port":1}]})", "boards") ==
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
    CHECK_FALSE(ready_listener(text, "boards"));
}

TEST_CASE("ready file: one that is not there is told")
{
    const auto address = clients::read_ready_listener("/no/such/ready.json", "boards");
    REQUIRE_FALSE(address);
    CHECK(address.error() == "no file /no/such/ready.json yet");
}
