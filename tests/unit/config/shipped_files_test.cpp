#include "config/settings.hpp"
#include "settings_file.hpp"
#include "support/catch.hpp"

#include <filesystem>

using namespace settings_file;

namespace {

const std::filesystem::path project{PROJECT_FOLDER};

}  // namespace

TEST_CASE("demo.json: three machines on ports of this host alone")
{
    const auto settings = config::load_settings(project / "config/demo.json");
    REQUIRE(settings);
    CHECK(settings->warnings.empty());
    CHECK(settings->ledger == std::filesystem::canonical(project) / "build/demo/ledger.db");

    const std::vector<config::SundayListener> sunday{
        {{"127.0.0.1", 4242}, protocol::Dialect::js, 0},
        {{"127.0.0.1", 4240}, protocol::Dialect::classic, 0}};
    CHECK(settings->listen.sunday == sunday);
    CHECK(settings->listen.boards == std::vector{config::Endpoint{"127.0.0.1", 4343}});

    REQUIRE(settings->machines.size() == 3);
    CHECK(settings->find_machine("d") == 0);
    CHECK(settings->find_machine("ld") == 1);
    CHECK(settings->find_machine("s") == 2);
    CHECK(settings->machines[1].board.sensor);
}

TEST_CASE("example.json: shows every default")
{
    const auto settings = config::load_settings(project / "config/example.json");
    REQUIRE(settings);
    CHECK(settings->warnings.empty());
    CHECK(settings->ledger == config::Settings{}.ledger);
    CHECK(settings->keep == config::Keep{});
    CHECK(settings->workers == config::Settings{}.workers);
    CHECK(settings->drops == config::Drops{});
    CHECK(settings->limits == config::Limits{});
    CHECK(settings->log == config::Log{});
}

TEST_CASE(
    "settings: a file for every part of the house loads, with a warning for what is not served")
{
    const auto settings = settings_of(Json::parse(R"json({
        "listen": {
          "sunday":     [{ "address": "::", "port": 4242, "dialect": "js", "machine": "d" },
                         { "address": "::", "port": 4240, "dialect": "classic", "machine": "d" }],
          "sunday_tls": [{ "address": "::", "port": 4243 }],
          "menu":       [{ "address": "::", "port": 4200, "machine": "d" }],
          "finger":     [{ "address": "::", "port": 7979, "machine": "d" }],
          "boards":     [{ "address": "::", "port": 4343 }],
          "boards_tls": [{ "address": "::", "port": 4344 }],
          "http":       [{ "address": "127.0.0.1", "port": 8080 }]
        },
        "tls":    { "certificate": "/etc/drinkd/cert.pem", "key": "/etc/drinkd/key.pem" },
        "ledger": { "sqlite": "/var/lib/drinkd/ledger.db" },
        "drops":  { "ack_timeout_s": 20, "max_delay_s": 60, "queue_per_machine": 64,
                    "disable_slot_after": 3, "in_doubt": { "after_s": 600, "policy": "refund" } },
        "limits": { "connections": 20000, "connections_per_address": 1024, "line_bytes": 512,
                    "idle_s": 600, "idle_logged_in_s": 14400 },
        "log":    { "level": "info", "format": "text" },
        "machines": [
          { "id": "d", "name": "Big Drink", "location": "NRH (North)", "aliases": ["bigdrink"],
            "board": { "password": "change me", "addresses": ["10.0.7.20/32"], "sensor": true },
            "slots": [ { "number": 1, "item": "Coke", "price": 50, "count": 12, "capacity": 20,
                         "enabled": true } ] }
        ]
    })json"));
    CHECK(settings.listen.sunday.size() == 2);
    CHECK(settings.listen.boards.size() == 1);
    CHECK(settings.warnings.size() == 6);
}
