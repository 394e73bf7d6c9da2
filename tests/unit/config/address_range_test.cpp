#include "config/address_range.hpp"

#include "support/catch.hpp"

#include <string>

using config::AddressRange;
using config::parse_address;

TEST_CASE("address: numeric addresses of both kinds are read, nothing else")
{
    for (const auto* good :
         {"127.0.0.1", "0.0.0.0", "::", "::1", "fd00:7::20", "::ffff:10.0.0.1"}) {
        INFO(good);
        CHECK(parse_address(good));
    }
    for (const auto* bad :
         {"", "localhost", "10.0.0", "10.0.0.256", "10.0.0.1 ", "[::1]", "fe80::1%eth0", ":::"}) {
        INFO(bad);
        CHECK_FALSE(parse_address(bad));
    }
}

TEST_CASE("address: what stands behind a NUL is not overlooked")
{
    CHECK_FALSE(parse_address(std::string{"10.0.0.1\0x", 10}));
}

TEST_CASE("address: an IPv4 address equals its mapped IPv6 form")
{
    CHECK(parse_address("10.0.7.20") == parse_address("::ffff:10.0.7.20"));
}

TEST_CASE("address range: prefixes are read up to the length of the address")
{
    for (const auto* good :
         {"10.0.0.0/8", "10.0.7.20/32", "0.0.0.0/0", "fd00::/8", "::/0", "::1/128", "10.0.7.20"}) {
        INFO(good);
        CHECK(AddressRange::parse(good));
    }
    for (const auto* bad :
         {"10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8 ", "/8",
          "10.0.0.0/256"}) {
        INFO(bad);
        CHECK_FALSE(AddressRange::parse(bad));
    }
}

TEST_CASE("address range: bits set behind the prefix are refused")
{
    CHECK_FALSE(AddressRange::parse("10.0.7.1/24"));
    CHECK_FALSE(AddressRange::parse("10.0.7.128/24"));
    CHECK_FALSE(AddressRange::parse("fd00::1/64"));
    CHECK(AddressRange::parse("10.0.7.128/25"));
}

TEST_CASE("address range: contains exactly the addresses that share its prefix")
{
    struct Case {
        const char* range;
        const char* address;
        bool inside;
    };
    const auto [range, address, inside] = GENERATE(values<Case>(
        {{"10.0.7.0/24", "10.0.7.0", true},
         {"10.0.7.0/24", "10.0.7.255", true},
         {"10.0.7.0/24", "10.0.8.0", false},
         {"10.0.7.0/24", "10.0.6.255", false},
         {"10.0.7.16/28", "10.0.7.31", true},
         {"10.0.7.16/28", "10.0.7.32", false},
         {"10.0.7.20", "10.0.7.20", true},
         {"10.0.7.20", "10.0.7.21", false},
         {"10.0.7.0/24", "::ffff:10.0.7.9", true},
         {"0.0.0.0/0", "255.1.2.3", true},
         {"0.0.0.0/0", "fd00::1", false},
         {"::/0", "10.0.0.1", true},
         {"fd00::/8", "fdff::1", true},
         {"fd00::/8", "fe00::1", false},
         {"fd00::/9", "fd80::", false}}));
    CAPTURE(range, address);
    CHECK(AddressRange::parse(range)->contains(*parse_address(address)) == inside);
}

TEST_CASE("address range: two overlap when one is within the other, whichever is asked")
{
    struct Case {
        const char* left;
        const char* right;
        bool overlap;
    };
    const auto [left, right, overlap] = GENERATE(values<Case>(
        {{"10.0.0.0/8", "10.0.7.20", true},
         {"10.0.7.0/24", "10.0.7.0/24", true},
         {"10.0.7.0/24", "10.0.8.0/24", false},
         {"10.0.7.0/25", "10.0.7.128/25", false},
         {"::/0", "10.0.7.20", true},
         {"fd00::/8", "10.0.7.20", false}}));
    CAPTURE(left, right);
    CHECK(AddressRange::parse(left)->overlaps(*AddressRange::parse(right)) == overlap);
    CHECK(AddressRange::parse(right)->overlaps(*AddressRange::parse(left)) == overlap);
}
