#include "daemon/log.hpp"

#include "support/catch.hpp"

#include <nlohmann/json.hpp>

#include <limits>
#include <string>

using drinkd::log::format_json;
using drinkd::log::format_text;

namespace {

// A line in JSON is its members; the time and the level stand in front of them.
nlohmann::json parsed(const std::string& members)
{
    return nlohmann::json::parse("{" + members + "}");
}

}  // namespace

TEST_CASE("log: a line of text is the event and then its fields")
{
    CHECK(
        format_text(
            "drop ended", {{"drop", protocol::DropId{7}}, {"machine", "d"}, {"done", true}}) ==
        "drop ended drop=7 machine=d done=true");
    CHECK(format_text("stopped", {}) == "stopped");
}

TEST_CASE("log: a text that is not one plain word is quoted")
{
    CHECK(format_text("x", {{"item", "Diet Coke"}}) == R"(x item="Diet Coke")");
    CHECK(format_text("x", {{"item", "a=b"}}) == R"(x item="a=b")");
    CHECK(format_text("x", {{"item", "say \"hi\""}}) == R"(x item="say \"hi\"")");
}

TEST_CASE("log: an empty text is left out")
{
    CHECK(format_text("x", {{"reason", ""}, {"slot", 1}}) == "x slot=1");
    CHECK(format_json("x", {{"reason", ""}, {"slot", 1}}) == R"("event":"x","slot":1)");
}

TEST_CASE("log: a text with a line end stays on its line")
{
    CHECK(
        format_text("x", {{"reason", "first\nsecond drop=9"}}) ==
        R"(x reason="first\nsecond drop=9")");
    CHECK(
        format_json("x", {{"reason", "first\nsecond"}}) ==
        R"("event":"x","reason":"first\nsecond")");
}

TEST_CASE("log: JSON members keep the order and the types of the fields")
{
    CHECK(
        format_json(
            "drop ended",
            {{"drop", protocol::DropId{7}}, {"machine", "d"}, {"degrees", 39.5}, {"done", true}}) ==
        R"("event":"drop ended","drop":7,"machine":"d","degrees":39.5,"done":true)");
}

TEST_CASE("log: the largest numbers are written whole")
{
    constexpr auto largest = std::numeric_limits<std::int64_t>::max();
    CHECK(format_text("x", {{"price", largest}}) == "x price=9223372036854775807");
    CHECK(parsed(format_json("x", {{"price", largest}}))["price"] == largest);
}

TEST_CASE("log: bytes that are no UTF-8 make no line unreadable")
{
    const std::string bytes{"ab\xff\xc3(\x00z", 7};
    CHECK(parsed(format_json("x", {{"member", bytes}}))["event"] == "x");
    const auto line = format_text("x", {{"member", bytes}});
    for (const char c : line) CHECK((c >= ' ' && c <= '~'));
}
