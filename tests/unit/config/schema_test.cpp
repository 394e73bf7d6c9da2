#include "settings_file.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <fstream>
#include <functional>
#include <iterator>
#include <set>

// Holds settings.schema.json and the loader against each other: a file that has every key of the
// schema is changed at one place after another, and what the schema says of each change must be
// what the loader does.

using namespace settings_file;

namespace {

const std::filesystem::path project{PROJECT_FOLDER};

const Json& schema()
{
    static const Json document = [] {
        std::ifstream stream{project / "config/settings.schema.json"};
        return Json::parse(stream);
    }();
    return document;
}

/// A good file in which every key of the schema is given. The times are as far apart as they can
/// be, so that each can be moved to its bounds without the other.
Json complete()
{
    return Json::parse(R"({
        "$schema": "settings.schema.json",
        "listen": {
            "sunday": [ { "address": "::", "port": 0, "dialect": "js", "machine": "d" } ],
            "sunday_tls": [ { "address": "::", "port": 0, "dialect": "js", "machine": "d" } ],
            "menu": [ { "address": "::", "port": 0, "machine": "d" } ],
            "finger": [ { "address": "::", "port": 0, "machine": "d" } ],
            "boards": [ { "address": "::", "port": 0 } ],
            "boards_tls": [ { "address": "::", "port": 0 } ],
            "http": [ { "address": "::", "port": 0, "machine": "d" } ]
        },
        "tls": { "certificate": "cert.pem", "key": "key.pem" },
        "ledger": { "sqlite": "/srv/ledger.db", "keep_drops_days": 1,
                    "keep_temperatures_days": 1 },
        "control": { "socket": "/srv/control.sock" },
        "workers": 2,
        "drops": { "ack_timeout_s": 0.001, "max_delay_s": 1, "queue_per_machine": 1,
                   "disable_slot_after": 1,
                   "in_doubt": { "after_s": 31536000, "policy": "charge" } },
        "limits": { "connections": 1, "connections_per_address": 1, "line_bytes": 64, "idle_s": 1,
                    "idle_logged_in_s": 1 },
        "log": { "level": "debug", "format": "json" },
        "machines": [
            { "id": "d", "name": "Big Drink", "location": "North", "aliases": [ "bigdrink" ],
              "board": { "password": "first", "addresses": [ "10.0.0.1" ], "sensor": true },
              "slots": [ { "number": 1, "item": "Coke", "price": 1, "count": 1, "capacity": 1,
                           "enabled": false } ] },
            { "id": "ld", "name": "Little Drink", "location": "South", "aliases": [ "little" ],
              "board": { "password": { "file": "second.password" }, "addresses": [ "10.0.0.2" ],
                         "sensor": true },
              "slots": [ { "number": 1, "item": "Water", "price": 1, "count": 1, "capacity": 1,
                           "enabled": false } ] }
        ]
    })");
}

/// A place in the complete file and what the schema says of it.
struct Spot {
    std::string pointer;  ///< Such as /log/level.
    std::string path;     ///< The same as a mistake has it, $.log.level.
    Json rules;
};

const Json& without_reference(const Json& rules)
{
    if (!rules.contains("$ref")) return rules;
    const auto target = rules["$ref"].get<std::string>().substr(1);  // Behind the '#'.
    return schema()[Json::json_pointer{target}];
}

/// Calls `visit` for a spot and for all below it.
void walk(const Json& value, const Spot& spot, const std::function<void(const Spot&)>& visit)
{
    Spot here = spot;
    here.rules = without_reference(spot.rules);
    visit(here);
    if (here.rules.contains("oneOf")) {  // Of a text and an object: the one that the file has.
        here.rules = here.rules["oneOf"][value.is_object() ? 1 : 0];
        visit(here);
    }
    if (value.is_object()) {
        for (const auto& [key, below] : value.items()) {
            INFO(here.path << "." << key);
            REQUIRE(here.rules["properties"].contains(key));
            walk(
                below,
                {here.pointer + "/" + key, here.path + "." + key, here.rules["properties"][key]},
                visit);
        }
    } else if (value.is_array()) {
        for (std::size_t index = 0; index < value.size(); ++index) {
            const auto number = std::to_string(index);
            walk(
                value[index],
                {here.pointer + "/" + number, here.path + "[" + number + "]", here.rules["items"]},
                visit);
        }
    }
}

/// The complete file in a folder that has its secret, and the spots of the schema in it.
class SchemaAndLoader {
public:
    SchemaAndLoader() { folder_.write("second.password", "second"); }

    void each_spot(const std::function<void(const Spot&)>& visit) const
    {
        walk(file_, {"", "$", schema()}, visit);
    }

    void accepted(const Spot& spot, const Json& value) const
    {
        CAPTURE(spot.path, value);
        // A change of an id is told at the listeners that named it, but that is not about the id.
        CHECK_FALSE(told_at(spot.path, mistakes_in(changed(spot, value), folder_.path())));
    }

    void refused(const Spot& spot, const Json& value) const
    {
        CAPTURE(spot.path, value);
        CHECK(told_at(spot.path, mistakes_in(changed(spot, value), folder_.path())));
    }

    std::vector<std::string> mistakes_without(const std::string& pointer) const
    {
        return mistakes_in(without(file_, pointer), folder_.path());
    }

    std::vector<std::string> mistakes_with(const std::string& pointer, const Json& value) const
    {
        return mistakes_in(with(file_, pointer, value), folder_.path());
    }

    config::Settings settings_without(const std::string& pointer) const
    {
        return settings_of(without(file_, pointer), folder_.path());
    }

    config::Settings settings_with(const Spot& spot, const Json& value) const
    {
        return settings_of(changed(spot, value), folder_.path());
    }

    /// Whether one of the mistakes is at `path` or in what is there.
    static bool told_at(const std::string& path, const std::vector<std::string>& mistakes)
    {
        return std::ranges::any_of(
            mistakes, [&](const auto& mistake) { return mistake.starts_with(path); });
    }

private:
    Json changed(const Spot& spot, const Json& value) const
    {
        return spot.pointer.empty() ? value : with(file_, spot.pointer, value);
    }

    TemporaryFolder folder_;
    Json file_ = complete();
};

}  // namespace

TEST_CASE("schema: the keys of each object are those that the loader knows")
{
    const SchemaAndLoader both;
    both.each_spot([&](const Spot& spot) {
        if (!spot.rules.contains("properties")) return;
        // An unknown key that is near to no valid one makes the loader list those.
        const auto mistakes = both.mistakes_with(spot.pointer + "/qqqqqqqqqqqqqqqqqqqqqqqq", 1);
        REQUIRE(mistakes.size() == 1);
        const std::string_view lead = "valid here: ";
        auto list = mistakes.front().substr(mistakes.front().find(lead) + lead.size()) + ", ";
        std::set<std::string> known_to_loader;
        for (std::size_t comma = 0; (comma = list.find(", ")) != std::string::npos;) {
            known_to_loader.insert(list.substr(0, comma));
            list.erase(0, comma + 2);
        }
        std::set<std::string> known_to_schema;
        for (const auto& [key, rules] : spot.rules["properties"].items())
            known_to_schema.insert(key);
        CAPTURE(spot.path);
        CHECK(known_to_loader == known_to_schema);
    });
}

TEST_CASE("schema: every key of it is in the file that these tests change")
{
    const SchemaAndLoader both;
    both.each_spot([&](const Spot& spot) {
        if (!spot.rules.contains("properties")) return;
        const auto file = complete();
        for (const auto& [key, rules] : spot.rules["properties"].items()) {
            CAPTURE(spot.path, key);
            CHECK(file.contains(Json::json_pointer{spot.pointer + "/" + key}));
        }
        CHECK(spot.rules["additionalProperties"] == false);
    });
}

TEST_CASE("schema: the keys that it requires are those that the loader requires")
{
    const SchemaAndLoader both;
    both.each_spot([&](const Spot& spot) {
        if (!spot.rules.contains("properties")) return;
        const auto required = spot.rules.value("required", std::vector<std::string>{});
        for (const auto& [key, rules] : spot.rules["properties"].items()) {
            CAPTURE(spot.path, key);
            const auto mistakes = both.mistakes_without(spot.pointer + "/" + key);
            if (std::ranges::find(required, key) == required.end()) {
                CHECK(mistakes.empty());
            } else {
                CHECK(both.told_at(spot.path + "." + key, mistakes));
            }
        }
    });
}

TEST_CASE("schema: its defaults are those of the loader")
{
    const SchemaAndLoader both;
    int count = 0;
    both.each_spot([&](const Spot& spot) {
        if (!spot.rules.contains("default")) return;
        CAPTURE(spot.path);
        CHECK(
            both.settings_without(spot.pointer) == both.settings_with(spot, spot.rules["default"]));
        ++count;
    });
    CHECK(count > 20);
}

TEST_CASE("schema: its types are those of the loader")
{
    const std::vector<std::pair<std::string, Json>> samples{
        {"null", nullptr},        {"boolean", true},          {"integer", 1}, {"number", 1.5},
        {"array", Json::array()}, {"object", Json::object()}, {"string", "1"}};
    const SchemaAndLoader both;
    both.each_spot([&](const Spot& spot) {
        std::set<std::string> types;
        if (spot.rules.contains("type")) types.insert(spot.rules["type"].get<std::string>());
        if (spot.rules.contains("oneOf")) {
            for (const auto& rules : spot.rules["oneOf"])
                types.insert(rules["type"].get<std::string>());
        } else if (spot.path.ends_with(".password")) {
            return;  // One of the two again, by itself.
        }
        REQUIRE_FALSE(types.empty());
        if (types.contains("number")) types.insert("integer");
        for (const auto& [type, value] : samples) {
            if (!types.contains(type)) both.refused(spot, value);
        }
    });
}

TEST_CASE("schema: its ranges of numbers are those of the loader, at their very ends")
{
    const SchemaAndLoader both;
    both.each_spot([&](const Spot& spot) {
        if (!spot.rules.contains("minimum")) return;
        const bool whole = spot.rules["type"] == "integer";
        const Json min = spot.rules["minimum"];
        const Json max = spot.rules["maximum"];
        both.accepted(spot, min);
        both.accepted(spot, max);
        if (whole) {
            both.refused(spot, min.get<std::int64_t>() - 1);
            both.refused(spot, max.get<std::int64_t>() + 1);
        } else {
            both.refused(spot, min.get<double>() - 0.0001);
            both.refused(spot, max.get<double>() + 0.0001);
        }
    });
}

TEST_CASE("schema: its choices are those of the loader")
{
    const SchemaAndLoader both;
    both.each_spot([&](const Spot& spot) {
        if (!spot.rules.contains("enum")) return;
        for (const auto& choice : spot.rules["enum"]) both.accepted(spot, choice);
        both.refused(spot, "something else");
    });
}

TEST_CASE("schema: its lengths of texts and lists are those of the loader")
{
    const SchemaAndLoader both;
    both.each_spot([&](const Spot& spot) {
        if (spot.rules.contains("maxLength")) {
            const auto max = spot.rules["maxLength"].get<std::size_t>();
            both.accepted(spot, std::string(max, 'x'));
            both.refused(spot, std::string(max + 1, 'x'));
        }
        if (spot.rules.contains("minLength")) {
            CHECK(spot.rules["minLength"] == 1);
            both.refused(spot, "");
        }
        if (spot.rules.contains("minItems")) {
            CHECK(spot.rules["minItems"] == 1);
            both.refused(spot, Json::array());
        } else if (spot.rules.value("type", "") == "array") {
            both.accepted(spot, Json::array());
        }
    });
}

TEST_CASE("schema: everything in it is described, and every key is in the documentation")
{
    std::ifstream stream{project / "docs/configuration.md"};
    const std::string page{std::istreambuf_iterator<char>{stream}, {}};
    const SchemaAndLoader both;
    both.each_spot([&](const Spot& spot) {
        CAPTURE(spot.path);
        CHECK_FALSE(spot.rules.value("description", "").empty());
        if (!spot.rules.contains("properties")) return;
        for (const auto& [key, rules] : spot.rules["properties"].items()) {
            CAPTURE(key);
            CHECK(page.find("`" + key + "`") != std::string::npos);
        }
    });
}
