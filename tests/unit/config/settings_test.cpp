#include "config/settings.hpp"

#include "settings_file.hpp"
#include "support/catch.hpp"

#include <chrono>

using namespace std::chrono_literals;
using namespace settings_file;
using Lines = std::vector<std::string>;

namespace {

std::string absolute_path(std::size_t size)
{
    std::string path(size, 'x');
    path.front() = '/';
    return path;
}

}  // namespace

TEST_CASE("settings: a file with nothing but a machine gets the default of every key")
{
    const auto settings = settings_of(smallest());

    CHECK(settings.listen == config::Listen{});
    CHECK(settings.ledger == "/var/lib/drinkd/ledger.db");
    CHECK(settings.control_socket == "/var/lib/drinkd/ledger.db.sock");
    CHECK(settings.workers == 1);
    CHECK(settings.drops.ack_timeout == 20s);
    CHECK(settings.drops.max_delay == 60s);
    CHECK(settings.drops.queue_per_machine == 64);
    CHECK(settings.drops.disable_slot_after == 3);
    CHECK(settings.drops.in_doubt_after == 600s);
    CHECK(settings.drops.in_doubt_policy == config::DoubtPolicy::refund);
    CHECK(settings.limits.connections == 20'000);
    CHECK(settings.limits.connections_per_address == 1'024);
    CHECK(settings.limits.line_bytes == 512);
    CHECK(settings.limits.idle == 600s);
    CHECK(settings.limits.idle_logged_in == 14'400s);
    CHECK(settings.log.level == "info");
    CHECK(settings.log.format == config::LogFormat::text);
    CHECK(settings.warnings.empty());
}

TEST_CASE("settings: each key outside of listen and machines sets its own value")
{
    auto file = smallest();
    file["ledger"] = Json::parse(R"({ "sqlite": "/srv/a.db" })");
    file["control"] = Json::parse(R"({ "socket": "/run/a.sock" })");
    file["workers"] = 2;
    file["drops"] = Json::parse(R"({
        "ack_timeout_s": 3, "max_delay_s": 4, "queue_per_machine": 5, "disable_slot_after": 6,
        "in_doubt": { "after_s": 7, "policy": "charge" } })");
    file["limits"] = Json::parse(R"({
        "connections": 8, "connections_per_address": 9, "line_bytes": 100, "idle_s": 11,
        "idle_logged_in_s": 12 })");
    file["log"] = Json::parse(R"({ "level": "debug", "format": "json" })");
    const auto settings = settings_of(file);

    CHECK(settings.ledger == "/srv/a.db");
    CHECK(settings.control_socket == "/run/a.sock");
    CHECK(settings.workers == 2);
    CHECK(settings.drops == config::Drops{3s, 4s, 5, 6, 7s, config::DoubtPolicy::charge});
    CHECK(settings.limits == config::Limits{8, 9, 100, 11s, 12s});
    CHECK(settings.log == config::Log{"debug", config::LogFormat::json});
}

TEST_CASE("settings: a value that is not valid is told with its place and what would be valid")
{
    struct Case {
        std::string pointer;
        Json value;
        std::string mistake;
    };
    const auto [pointer, value, mistake] = GENERATE(values<Case>(
        {{"/drops/ack_timeout_s", 0,
          "$.drops.ack_timeout_s: must be a number of seconds from 0.001 to 3600, not 0"},
         {"/drops/max_delay_s", 86'401,
          "$.drops.max_delay_s: must be a whole number from 0 to 86400, not 86401"},
         {"/drops/max_delay_s", 0.5,
          "$.drops.max_delay_s: must be a whole number from 0 to 86400, not 0.5"},
         {"/drops/queue_per_machine", 0,
          "$.drops.queue_per_machine: must be a whole number from 1 to 100000, not 0"},
         {"/drops/disable_slot_after", -1,
          "$.drops.disable_slot_after: must be a whole number from 0 to 1000, not -1"},
         {"/drops/in_doubt/after_s", "600",
          "$.drops.in_doubt.after_s: must be a number of seconds from 0.003 to 31536000, "
          "not \"600\""},
         {"/drops/in_doubt/policy", "keep",
          "$.drops.in_doubt.policy: must be \"refund\" or \"charge\", not \"keep\""},
         {"/limits/connections", -1,
          "$.limits.connections: must be a whole number from 0 to 1000000 (0 = no limit), "
          "not -1"},
         {"/limits/connections_per_address", 1e300,
          "$.limits.connections_per_address: must be a whole number from 0 to 1000000 "
          "(0 = no limit), not 1e+300"},
         {"/limits/line_bytes", 0,
          "$.limits.line_bytes: must be a whole number from 64 to 65536, not 0"},
         {"/limits/idle_s", -0.1,
          "$.limits.idle_s: must be a number of seconds from 0 to 31536000 (0 = no limit), "
          "not -0.1"},
         {"/limits/idle_logged_in_s", nullptr,
          "$.limits.idle_logged_in_s: must be a number of seconds from 0 to 31536000 "
          "(0 = no limit), not null"},
         {"/log/level", "verbose",
          "$.log.level: must be \"trace\", \"debug\", \"info\", \"warn\", \"error\" or "
          "\"off\", not \"verbose\""},
         {"/log/format", true, "$.log.format: must be \"text\" or \"json\", not true"},
         {"/workers", 65, "$.workers: must be a whole number from 1 to 64, not 65"},
         {"/ledger/sqlite", "", "$.ledger.sqlite: must be the path of a file, not \"\""},
         {"/control/socket", "a\nb", "$.control.socket: must be the path of a file, not \"a\\nb\""},
         {"/drops", Json::array(), "$.drops: must be an object, not a list"},
         {"/log/level", Json::object(),
          "$.log.level: must be \"trace\", \"debug\", \"info\", \"warn\", \"error\" or "
          "\"off\", not an object"}}));
    CHECK(mistakes_in(with(smallest(), pointer, value)) == Lines{mistake});
}

TEST_CASE("settings: a long wrong value is cut in the message")
{
    const auto mistakes = mistakes_in(with(smallest(), "/log/format", std::string(10'000, 'x')));
    REQUIRE(mistakes.size() == 1);
    CHECK(mistakes.front().size() < 200);
}

TEST_CASE("settings: a file with ten mistakes gives ten messages, in the order of the file")
{
    const auto mistakes = mistakes_in_text(R"({
        "log": { "level": "loud" },
        "listen": { "sunday": [ { "port": 70000, "dialect": "klassic" } ], "bords": [] },
        "machines": [
            { "name": "Big Drink", "board": { "password": "" },
              "slots": [ { "number": 256, "item": "Coke", "price": -1 } ] }
        ],
        "limits": { "line_bytes": 63, "line_bytes": 64 }
    })");
    CHECK(
        mistakes ==
        Lines{
            "$.log.level: must be \"trace\", \"debug\", \"info\", \"warn\", \"error\" or \"off\", "
            "not \"loud\"",
            "$.listen.sunday[0].port: must be a whole number from 0 to 65535, not 70000",
            "$.listen.sunday[0].dialect: must be \"js\" or \"classic\", not \"klassic\"",
            "$.listen.bords: unknown key; did you mean \"boards\"?",
            "$.machines[0].id: is missing; it must be 1 to 32 of the characters A-Z a-z 0-9 . _ -",
            "$.machines[0].board.password: must be 1 to 256 bytes without control characters and "
            "without blanks at either end, or {\"file\": \"path\"}",
            "$.machines[0].slots[0].number: must be a whole number from 1 to 255, not 256",
            "$.machines[0].slots[0].price: must be a whole number from 0 to 2147483647, not -1",
            "$.limits.line_bytes: must be a whole number from 64 to 65536, not 63",
            "$.limits.line_bytes: is given twice in this object; keep one"});
}

TEST_CASE("settings: for an unknown key the nearest valid one is suggested")
{
    struct Case {
        std::string pointer;
        std::string nearest;
    };
    const auto [pointer, nearest] = GENERATE(values<Case>(
        {{"/limits/line_byte", "line_bytes"},
         {"/limits/Line_Bytes", "line_bytes"},
         {"/limits/lien_bytes", "line_bytes"},
         {"/limits/idle", "idle_s"},
         {"/limits/connection_per_address", "connections_per_address"},
         {"/machine", "machines"},
         {"/machines/0/slots/0/prcie", "price"},
         {"/drops/ackTimeoutS", "ack_timeout_s"}}));
    CAPTURE(pointer);
    const auto mistakes = mistakes_in(with(smallest(), pointer, 1));
    REQUIRE(mistakes.size() == 1);
    CHECK(mistakes.front().ends_with(": unknown key; did you mean \"" + nearest + "\"?"));
}

TEST_CASE("settings: an unknown key that is near to none gets the list of valid ones")
{
    CHECK(
        mistakes_in(with(smallest(), "/log/colour", true)) ==
        Lines{"$.log.colour: unknown key; valid here: level, format"});
}

TEST_CASE("settings: a key that does not read well in a path stands in quotes")
{
    CHECK(
        mistakes_in(with(smallest(), "/log/a.b c", true)) ==
        Lines{"$.log[\"a.b c\"]: unknown key; valid here: level, format"});
}

TEST_CASE("settings: a message shows the control characters of the file escaped")
{
    const auto mistake_about = [](const std::string& key) {
        return mistakes_in(with(smallest(), "/log/" + key, true)).front();
    };
    CHECK(mistake_about("\x7f").starts_with("$.log[\"\\u007f\"]:"));
    CHECK(mistake_about("\u009b").starts_with("$.log[\"\\u009b\"]:"));
    CHECK(mistake_about("\n").starts_with("$.log[\"\\n\"]:"));
    CHECK(mistake_about("\u00f6").starts_with("$.log[\"\u00f6\"]:"));
}

TEST_CASE("settings: a whole section given twice is a mistake")
{
    CHECK(mistakes_in_text(R"({
            "machines": [ { "id": "d", "name": "D", "board": { "password": "p" }, "slots": [] } ],
            "machines": [] })") == Lines{"$.machines: is given twice in this object; keep one"});
}

TEST_CASE("settings: editors may find their schema through the file")
{
    CHECK(mistakes_in(with(smallest(), "/$schema", "settings.schema.json")).empty());
}

TEST_CASE("settings: what is not JSON is told with its line and column")
{
    struct Case {
        std::string text;
        std::string mistake;
    };
    const auto [text, mistake] = GENERATE(values<Case>(
        {{"", "$: line 1, column 1: "},
         {"{\n  \"log\": {},\n}", "$: line 3, column 1: "},
         {"{\n  \"log\" {}\n}", "$: line 2, column 9: "},
         {"{ \"gr\xc3\xbc\xc3\x9f\" }", "$: line 1, column 10: "},
         {"{\n} x", "$: line 2, column 3: "},
         {"{\n  // the log\n}", "$: line 2, column 3: "},
         {"{ \"workers\": 1e999 }", "$: line 1, column 18: number overflow"},
         {"{ \"workers\": \"\xff\" }", "$: line 1, column 15: "}}));
    CAPTURE(text);
    const auto mistakes = mistakes_in_text(text);
    REQUIRE(mistakes.size() == 1);
    CAPTURE(mistakes.front());
    CHECK(mistakes.front().starts_with(mistake));
}

TEST_CASE("settings: a comment is answered with a word about comments")
{
    CHECK(mistakes_in_text("{ # ten").front().ends_with("(JSON has no comments)"));
}

TEST_CASE("settings: a message about broken JSON repeats nothing of a password")
{
    CHECK(
        mistakes_in_text("{ \"password\": \"hunter2\n\" }").front().find("hunter") ==
        std::string::npos);
}

TEST_CASE("settings: a file that ends anywhere too early is one mistake")
{
    const auto text = smallest().dump();
    for (std::size_t size = 0; size < text.size(); ++size) {
        CAPTURE(size);
        REQUIRE(mistakes_in_text(text.substr(0, size)).size() == 1);
    }
}

TEST_CASE("settings: a file that is no object is one mistake")
{
    CHECK(mistakes_in_text("[]") == Lines{"$: must be an object, not a list"});
}

TEST_CASE("settings: endless nesting is refused")
{
    CHECK(
        mistakes_in_text(std::string(1'000'000, '[')) == Lines{"$: nested deeper than 64 levels"});
}

TEST_CASE("settings: seconds have fractions, down to a millisecond")
{
    auto file = with(smallest(), "/drops/ack_timeout_s", 0.2);
    file["limits"]["idle_s"] = 1.0006;
    const auto settings = settings_of(file);
    CHECK(settings.drops.ack_timeout == 200ms);
    CHECK(settings.limits.idle == 1001ms);
}

TEST_CASE("settings: a limit of 0 is kept as 0, and a tiny one does not turn into 0")
{
    auto file = with(smallest(), "/limits/idle_s", 0);
    file["limits"]["idle_logged_in_s"] = 0.0001;
    const auto settings = settings_of(file);
    CHECK(settings.limits.idle == 0ms);
    CHECK(settings.limits.idle_logged_in == 1ms);
}

TEST_CASE("settings: the policy for doubts must be slower than two ack timeouts")
{
    const std::string rule = "must be more than twice ack_timeout_s";
    auto file = with(smallest(), "/drops/ack_timeout_s", 10);
    file["drops"]["in_doubt"]["after_s"] = 20;
    CHECK(
        mistakes_in(file) ==
        Lines{"$.drops.in_doubt.after_s: in_doubt.after_s (20) " + rule + " (10)"});

    file["drops"]["in_doubt"]["after_s"] = 20.001;
    CHECK(mistakes_in(file).empty());
}

TEST_CASE("settings: an ack timeout too long for the default of doubts is told at the ack timeout")
{
    CHECK(
        mistakes_in(with(smallest(), "/drops/ack_timeout_s", 300)) ==
        Lines{"$.drops.ack_timeout_s: in_doubt.after_s (600) must be more than twice ack_timeout_s "
              "(300)"});
}

TEST_CASE("settings: a relative path is taken from the folder of the file")
{
    auto file = with(smallest(), "/ledger/sqlite", "../data/ledger.db");
    CHECK(settings_of(file, "/nowhere/etc").ledger == "/nowhere/data/ledger.db");
    file["control"]["socket"] = "drinkd.sock";
    CHECK(settings_of(file, "/nowhere/etc").control_socket == "/nowhere/etc/drinkd.sock");
}

TEST_CASE("settings: a relative path does not depend on where a program runs")
{
    const auto settings = settings_of(with(smallest(), "/ledger/sqlite", "ledger.db"), "");
    CHECK(settings.ledger == std::filesystem::current_path() / "ledger.db");
}

TEST_CASE("settings: the control socket is beside the ledger unless it is moved")
{
    const auto file = with(smallest(), "/ledger/sqlite", "/srv/house.db");
    CHECK(settings_of(file).control_socket == "/srv/house.db.sock");
}

TEST_CASE("settings: a control socket longer than a Unix socket can be is refused")
{
    CHECK(mistakes_in(with(smallest(), "/control/socket", absolute_path(107))).empty());

    const auto mistakes = mistakes_in(with(smallest(), "/control/socket", absolute_path(108)));
    REQUIRE(mistakes.size() == 1);
    CHECK(mistakes.front().starts_with("$.control.socket: "));
    CHECK(mistakes.front().ends_with("at most 107; give a shorter one as control.socket"));
}

TEST_CASE("settings: a ledger whose default control socket is too long is told at the ledger")
{
    auto file = with(smallest(), "/ledger/sqlite", absolute_path(103));
    const auto mistakes = mistakes_in(file);
    REQUIRE(mistakes.size() == 1);
    CHECK(mistakes.front().starts_with("$.ledger.sqlite: "));
    CHECK(mistakes.front().ends_with("give a shorter one as control.socket"));

    file["control"]["socket"] = "/run/drinkd.sock";
    CHECK(mistakes_in(file).empty());
}

TEST_CASE("settings: the control socket can not be the ledger")
{
    auto file = with(smallest(), "/ledger/sqlite", "/srv/house.db");
    file["control"]["socket"] = "/srv/house.db";
    CHECK(mistakes_in(file) == Lines{"$.control.socket: must not be the ledger itself"});
}

TEST_CASE("settings: TLS is checked, and told to be without effect")
{
    auto file = with(smallest(), "/tls/certificate", "cert.pem");
    CHECK(mistakes_in(file) == Lines{"$.tls.key: is missing; it must be the path of a file"});

    file["tls"]["key"] = "key.pem";
    CHECK(
        settings_of(file).warnings ==
        Lines{"$.tls: this version does not serve TLS; certificate and key are not read"});
}

TEST_CASE("settings: a machine is found by its id and its aliases, exactly as written")
{
    auto file = with(smallest(), "/machines/0/aliases", {"bigdrink", "big"});
    auto second = file["machines"][0];
    second["id"] = "ld";
    second["aliases"] = Json::array();
    second["board"]["password"] = "other";
    file["machines"].push_back(second);
    const auto settings = settings_of(file);

    CHECK(settings.find_machine("d") == 0);
    CHECK(settings.find_machine("big") == 0);
    CHECK(settings.find_machine("ld") == 1);
    CHECK_FALSE(settings.find_machine("D"));
    CHECK_FALSE(settings.find_machine("Big Drink"));
    CHECK_FALSE(settings.find_machine(""));
}

TEST_CASE("settings: a file on disk is read with its own folder")
{
    const TemporaryFolder folder;
    folder.write("drinkd.json", with(smallest(), "/ledger/sqlite", "ledger.db").dump());
    const auto settings = config::load_settings(folder.path() / "drinkd.json");
    REQUIRE(settings);
    CHECK(settings->ledger == folder.path() / "ledger.db");
}

TEST_CASE("settings: a file that can not be read is one mistake with the reason")
{
    const TemporaryFolder folder;
    const auto missing = config::load_settings(folder.path() / "none.json");
    REQUIRE_FALSE(missing);
    REQUIRE(missing.error().size() == 1);
    CHECK(missing.error().front().path == "$");
    CHECK(missing.error().front().text.ends_with("none.json: No such file or directory"));

    const auto is_folder = config::load_settings(folder.path());
    REQUIRE_FALSE(is_folder);
    CHECK(is_folder.error().front().text.ends_with(": Is a directory"));
}
