#include "config/settings.hpp"
#include "settings_file.hpp"
#include "support/catch.hpp"

using namespace settings_file;
using Lines = std::vector<std::string>;

namespace {

/// Two machines, `d` (also `bigdrink`) and `ld`, and one listener for members.
Json two_machines(Json listener)
{
    auto file = with(smallest(), "/machines/0/aliases", {"bigdrink"});
    auto second = file["machines"][0];
    second["id"] = "ld";
    second.erase("aliases");
    second["board"]["password"] = "other";
    file["machines"].push_back(second);
    file["listen"]["sunday"].push_back(std::move(listener));
    return file;
}

}  // namespace

TEST_CASE("listen: each key of a listener sets its own value")
{
    auto file = two_machines(Json::parse(
        R"({ "address": "127.0.0.1", "port": 4240, "dialect": "classic", "machine": "ld" })"));
    file["listen"]["boards"] = Json::parse(R"([ { "address": "::1", "port": 4343 } ])");
    const auto listen = settings_of(file).listen;

    const config::SundayListener sunday{{"127.0.0.1", 4240}, protocol::Dialect::classic, 1};
    CHECK(listen.sunday == std::vector{sunday});
    CHECK(listen.boards == std::vector{config::Endpoint{"::1", 4343}});
}

TEST_CASE("listen: a listener needs only a port")
{
    const config::SundayListener expected{{"::", 0}, protocol::Dialect::js, 0};
    CHECK(settings_of(two_machines({{"port", 0}})).listen.sunday == std::vector{expected});
    CHECK(
        mistakes_in(two_machines(Json::object())) ==
        Lines{"$.listen.sunday[0].port: is missing; it must be a whole number from 0 to 65535"});
}

TEST_CASE("listen: an address is numeric")
{
    CHECK(
        mistakes_in(two_machines({{"address", "localhost"}, {"port", 1}})) ==
        Lines{"$.listen.sunday[0].address: must be a numeric IPv4 or IPv6 address such as "
              "\"0.0.0.0\" or \"::\", not \"localhost\""});
}

TEST_CASE("listen: the default machine is named by id or alias")
{
    CHECK(
        settings_of(two_machines({{"port", 1}, {"machine", "bigdrink"}}))
            .listen.sunday[0]
            .machine == 0);
    CHECK(
        mistakes_in(two_machines({{"port", 1}, {"machine", "bigdrnk"}})) ==
        Lines{"$.listen.sunday[0].machine: \"bigdrnk\" is not a machine of this file; did you mean "
              "\"bigdrink\"?"});
    CHECK(
        mistakes_in(two_machines({{"port", 1}, {"machine", "snack"}})) ==
        Lines{"$.listen.sunday[0].machine: \"snack\" is not a machine of this file; valid here: d, "
              "bigdrink, ld"});
}

TEST_CASE("listen: a machine whose id is a mistake is not a second mistake of its listener")
{
    auto file = two_machines({{"port", 1}, {"machine", "little drink"}});
    file["machines"][1]["id"] = "little drink";
    const auto mistakes = mistakes_in(file);
    REQUIRE(mistakes.size() == 1);
    CHECK(mistakes.front().starts_with("$.machines[1].id: "));
}

TEST_CASE("listen: two listeners can not have the same address and port")
{
    struct Case {
        Json first;
        Json second;
        bool clash;
    };
    const auto [first, second, clash] = GENERATE(values<Case>(
        {{{{"port", 4343}}, {{"port", 4343}}, true},
         {{{"port", 4343}}, {{"address", "0::0"}, {"port", 4343}}, true},
         {{{"port", 4343}}, {{"port", 4344}}, false},
         {{{"port", 0}}, {{"port", 0}}, false},
         {{{"address", "127.0.0.1"}, {"port", 1}},
          {{"address", "127.0.0.2"}, {"port", 1}},
          false}}));
    CAPTURE(first, second);
    auto file = two_machines(first);
    file["listen"]["boards"].push_back(second);
    const auto expected =
        clash ? Lines{"$.listen.boards[0].port: is taken already, on the same address, by "
                      "$.listen.sunday[0]"}
              : Lines{};
    CHECK(mistakes_in(file) == expected);
}

TEST_CASE("listen: a listener that this version does not serve is checked and told")
{
    struct Case {
        std::string key;
        std::string what;
    };
    const auto [key, what] = GENERATE(values<Case>(
        {{"sunday_tls", "Sunday over TLS"},
         {"menu", "the telnet menu"},
         {"finger", "finger"},
         {"boards_tls", "boards over TLS"},
         {"http", "HTTP"}}));
    auto file = with(smallest(), "/listen/" + key, Json::parse(R"([ { "port": 1 } ])"));
    CHECK(
        settings_of(file).warnings ==
        Lines{"$.listen." + key + ": this version does not serve " + what + "; it is not opened"});

    file["listen"][key][0]["port"] = -1;
    CHECK(mistakes_in(file).size() == 1);

    file["listen"][key] = Json::array();
    CHECK(settings_of(file).warnings.empty());
}
