#include "protocol/words.hpp"

#include "support/catch.hpp"

#include <cstdint>
#include <string>
#include <string_view>

using protocol::Credits;
using protocol::parse_number;
using protocol::SlotNumber;
using namespace std::string_view_literals;

TEST_CASE("words: a number is read with all its digits")
{
    REQUIRE(parse_number<int>("0") == 0);
    REQUIRE(parse_number<int>("-12") == -12);
    REQUIRE(parse_number<int>("007") == 7);
    REQUIRE(parse_number<Credits>("9223372036854775807") == INT64_MAX);
    REQUIRE(parse_number<SlotNumber>("255") == 255);
}

TEST_CASE("words: a text with anything but a number in it is no number")
{
    for (const auto text :
         {""sv, " "sv, " 1"sv, "1 "sv, "+1"sv, "--1"sv, "-"sv, "1x"sv, "12abc"sv, "1.0"sv, "1e3"sv,
          "0x10"sv, "1\0"sv, "1\r"sv, "one"sv}) {
        CAPTURE(text);
        REQUIRE_FALSE(parse_number<int>(text).has_value());
    }
}

TEST_CASE("words: a number that does not fit is no number")
{
    REQUIRE_FALSE(parse_number<SlotNumber>("256").has_value());
    REQUIRE_FALSE(parse_number<SlotNumber>("-1").has_value());
    REQUIRE_FALSE(parse_number<Credits>("9223372036854775808").has_value());
    REQUIRE_FALSE(parse_number<Credits>("-9223372036854775809").has_value());
}

TEST_CASE("words: trimming takes spaces and tabs off both ends only")
{
    REQUIRE(protocol::trimmed("  change me\t ") == "change me");
    REQUIRE(protocol::trimmed("x") == "x");
    REQUIRE(protocol::trimmed("\r\n") == "\r\n");
    REQUIRE(protocol::trimmed(" \t ").empty());
    REQUIRE(protocol::trimmed("").empty());
}

TEST_CASE("words: lower case changes the letters of ASCII alone")
{
    REQUIRE(protocol::lower_case("AZaz09@[`{ \xc3\x84") == "azaz09@[`{ \xc3\x84");
    REQUIRE(protocol::lower_case("").empty());
}

TEST_CASE("words: texts are equal but for case when only the case of ASCII letters differs")
{
    REQUIRE(protocol::equal_ignoring_case("Alice", "aLICE"));
    REQUIRE(protocol::equal_ignoring_case("", ""));
    REQUIRE_FALSE(protocol::equal_ignoring_case("alice", "alic"));
    REQUIRE_FALSE(protocol::equal_ignoring_case("@", "`"));
    REQUIRE_FALSE(protocol::equal_ignoring_case("\xc3\x84", "\xc3\xa4"));
}

TEST_CASE("words: an account name is 1 to 32 letters and digits and dots and lines")
{
    for (const auto name : {"a"sv, "Alice"sv, "a.b_c-d9"sv, "-"sv}) {
        CAPTURE(name);
        REQUIRE(protocol::valid_account_name(name));
    }
    for (const auto name :
         {""sv, "a b"sv, "a\t"sv, "a'b"sv, "a*"sv, "a/b"sv, "a,b"sv, "J\xc3\xbcrgen"sv, "a\0"sv}) {
        CAPTURE(name);
        REQUIRE_FALSE(protocol::valid_account_name(name));
    }
    REQUIRE(protocol::valid_account_name(std::string(32, 'a')));
    REQUIRE_FALSE(protocol::valid_account_name(std::string(33, 'a')));
}

TEST_CASE("words: an iButton id is 16 hexadecimal digits and is kept in upper case")
{
    REQUIRE(protocol::normal_ibutton("0123456789abcDEF") == "0123456789ABCDEF");
    for (const auto text :
         {""sv, "0123456789ABCDE"sv, "0123456789ABCDEF0"sv, "0123456789ABCDEG"sv,
          "0123456789ABCDE "sv, "0123456789abcdeg"sv, "!!!!!!!!!!!!!!!1"sv}) {
        CAPTURE(text);
        REQUIRE_FALSE(protocol::normal_ibutton(text).has_value());
    }
}

TEST_CASE("words: a printable text shows a question mark for every byte that is not of ASCII")
{
    REQUIRE(protocol::printable(" plain ~text~ ") == " plain ~text~ ");
    REQUIRE(protocol::printable("a\0b\n\x1b[2J\x7f\xc3\xa4"sv) == "a?b??[2J???");
}

TEST_CASE("words: a printable text is cut to its bound and the cut is shown")
{
    REQUIRE(protocol::printable("12345678", 8) == "12345678");
    REQUIRE(protocol::printable("123456789", 8) == "12345678...");
    REQUIRE(protocol::printable(std::string(10'000, 'x')).size() == 83);
}
