#include "daemon/thermometer.hpp"

#include "support/catch.hpp"

using drinkd::Thermometer;
using namespace std::chrono_literals;

namespace {

constexpr drinkd::Clock::time_point start{1'000h};

}  // namespace

TEST_CASE("thermometer: it shows nothing before the board said anything")
{
    CHECK_FALSE(Thermometer{}.fahrenheit(start).has_value());
}

TEST_CASE("thermometer: it shows what the board said last")
{
    Thermometer thermometer;
    thermometer.take(38.5, start);
    thermometer.take(39.25, start + 1min);
    CHECK(thermometer.fahrenheit(start + 1min) == 39.25);
}

TEST_CASE("thermometer: what is older than a quarter of an hour is not shown")
{
    Thermometer thermometer;
    thermometer.take(38.5, start);
    CHECK(thermometer.fahrenheit(start + 15min) == 38.5);
    CHECK_FALSE(thermometer.fahrenheit(start + 15min + 1ms).has_value());
}
