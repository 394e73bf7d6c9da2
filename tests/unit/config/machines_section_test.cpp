#include "config/settings.hpp"
#include "settings_file.hpp"
#include "support/catch.hpp"

using namespace settings_file;
using Lines = std::vector<std::string>;

namespace {

Json two_boards(Json first, Json second)
{
    auto file = with(smallest(), "/machines/0/board", std::move(first));
    auto machine = file["machines"][0];
    machine["id"] = "ld";
    machine["board"] = std::move(second);
    file["machines"].push_back(machine);
    return file;
}

Json with_password(Json password)
{
    return with(smallest(), "/machines/0/board/password", std::move(password));
}

const std::string password_form =
    "1 to 256 bytes without control characters and without blanks at either end";

}  // namespace

TEST_CASE("machines: each key sets its own value")
{
    const auto settings = settings_of(Json::parse(R"json({ "machines": [
        { "id": "d", "name": "Big Drink", "location": "NRH (North)", "aliases": ["bigdrink"],
          "board": { "password": "change me", "addresses": ["10.0.7.20/32"], "sensor": true },
          "slots": [ { "number": 7, "item": "Coke", "price": 50, "count": 12, "capacity": 20,
                       "enabled": false } ] } ] })json"));

    REQUIRE(settings.machines.size() == 1);
    const auto& machine = settings.machines.front();
    CHECK(machine.id == "d");
    CHECK(machine.name == "Big Drink");
    CHECK(machine.location == "NRH (North)");
    CHECK(machine.aliases == Lines{"bigdrink"});
    CHECK(machine.board.password == "change me");
    CHECK(machine.board.addresses == std::vector{*config::AddressRange::parse("10.0.7.20")});
    CHECK(machine.board.sensor);
    CHECK(machine.slots == std::vector{config::Slot{7, "Coke", 50, 12, 20, false}});
}

TEST_CASE("machines: what may be left out has a default")
{
    const auto machine = settings_of(smallest()).machines.front();
    CHECK(machine.location.empty());
    CHECK(machine.aliases.empty());
    CHECK(machine.board.addresses.empty());
    CHECK_FALSE(machine.board.sensor);
    CHECK(machine.slots == std::vector{config::Slot{1, "Coke", 50, {}, {}, true}});
}

TEST_CASE("machines: what must be given is told by its whole path")
{
    struct Case {
        std::string pointer;
        std::string mistake;
    };
    const auto [pointer, mistake] = GENERATE(values<Case>(
        {{"/machines", "$.machines: is missing; it must be a list"},
         {"/machines/0/id",
          "$.machines[0].id: is missing; it must be 1 to 32 of the characters A-Z a-z 0-9 . _ -"},
         {"/machines/0/name",
          "$.machines[0].name: is missing; it must be 1 to 64 bytes of text without double "
          "quotes or control characters"},
         {"/machines/0/board", "$.machines[0].board.password: is missing; it must be " +
                                   password_form + ", or {\"file\": \"path\"}"},
         {"/machines/0/slots", "$.machines[0].slots: is missing; it must be a list"},
         {"/machines/0/slots/0/number",
          "$.machines[0].slots[0].number: is missing; it must be a whole number from 1 to 255"},
         {"/machines/0/slots/0/item",
          "$.machines[0].slots[0].item: is missing; it must be 1 to 64 bytes of text without "
          "double quotes or control characters"},
         {"/machines/0/slots/0/price",
          "$.machines[0].slots[0].price: is missing; it must be a whole number from 0 to "
          "2147483647"}}));
    CHECK(mistakes_in(without(smallest(), pointer)) == Lines{mistake});
}

TEST_CASE("machines: there must be one")
{
    CHECK(
        mistakes_in_text(R"({ "machines": [] })") ==
        Lines{"$.machines: must hold at least one machine"});
}

TEST_CASE("machines: what stands in a list must be of its kind")
{
    CHECK(
        mistakes_in(with(smallest(), "/machines/1", "ld")) ==
        Lines{"$.machines[1]: must be an object, not \"ld\""});
    CHECK(
        mistakes_in(with(smallest(), "/machines/0/aliases", {"x", 5})) ==
        Lines{"$.machines[0].aliases[1]: must be 1 to 32 of the characters A-Z a-z 0-9 . _ -, not "
              "5"});
}

TEST_CASE("machines: ids and aliases have the form that Sunday can carry")
{
    const auto refused = [](const Json& id) {
        const bool as_id = !mistakes_in(with(smallest(), "/machines/0/id", id)).empty();
        const auto aliases = Json::array({id});
        CHECK(mistakes_in(with(smallest(), "/machines/0/aliases", aliases)).empty() != as_id);
        return as_id;
    };
    CHECK_FALSE(refused("A-Z.a_9"));
    CHECK_FALSE(refused(std::string(32, 'x')));
    CHECK(refused(std::string(33, 'x')));
    CHECK(refused(""));
    CHECK(refused("big drink"));
    CHECK(refused("gr\xc3\xbcn"));
    CHECK(refused(5));
}

TEST_CASE("machines: no name is given twice, not even in another case")
{
    struct Case {
        Json aliases_of_d;
        std::string second_id;
        Json aliases_of_second;
        Lines mistakes;
    };
    const std::string rule = "; ids and aliases must differ in more than case";
    const auto none = Json::array();
    const auto [aliases_of_d, second_id, aliases_of_second, mistakes] = GENERATE_COPY(values<Case>(
        {{{"big"}, "ld", {"little"}, {}},
         {none, "d", none, {"$.machines[1].id: \"d\" is already a name of $.machines[0]" + rule}},
         {none, "D", none, {"$.machines[1].id: \"D\" is already a name of $.machines[0]" + rule}},
         {{"ld"},
          "ld",
          none,
          {"$.machines[1].id: \"ld\" is already a name of $.machines[0]" + rule}},
         {{"big"},
          "ld",
          {"BIG"},
          {"$.machines[1].aliases[0]: \"BIG\" is already a name of $.machines[0]" + rule}},
         {{"d"},
          "ld",
          none,
          {"$.machines[0].aliases[0]: \"d\" is already a name of $.machines[0]" + rule}}}));
    auto file = two_boards({{"password", "a"}}, {{"password", "b"}});
    file["machines"][0]["aliases"] = aliases_of_d;
    file["machines"][1]["id"] = second_id;
    file["machines"][1]["aliases"] = aliases_of_second;
    CHECK(mistakes_in(file) == mistakes);
}

TEST_CASE("machines: names of machines and items fit between the quotes of a reply")
{
    const auto accepted = [](const std::string& name) {
        const bool of_machine = mistakes_in(with(smallest(), "/machines/0/name", name)).empty();
        CHECK(
            mistakes_in(with(smallest(), "/machines/0/slots/0/item", name)).empty() == of_machine);
        return of_machine;
    };
    CHECK(accepted("Caf\xc3\xa9 & Cr\xc3\xa8me"));
    CHECK(accepted(std::string(64, 'x')));
    CHECK_FALSE(accepted(std::string(65, 'x')));
    CHECK_FALSE(accepted(""));
    CHECK_FALSE(accepted("12\" Sub"));
    CHECK_FALSE(accepted("two\nlines"));
    CHECK_FALSE(accepted("\x7f"));
    CHECK_FALSE(accepted("\xc2\x85"));
}

TEST_CASE("machines: a location may be empty or have quotes, but is one line")
{
    const auto accepted = [](const std::string& location) {
        return mistakes_in(with(smallest(), "/machines/0/location", location)).empty();
    };
    CHECK(accepted(""));
    CHECK(accepted("the \"lounge\""));
    CHECK(accepted(std::string(128, 'x')));
    CHECK_FALSE(accepted(std::string(129, 'x')));
    CHECK_FALSE(accepted("two\rlines"));
}

TEST_CASE("machines: prices and counts reach 2^31-1 and no further")
{
    for (const std::string key : {"price", "count", "capacity"}) {
        CAPTURE(key);
        const auto pointer = "/machines/0/slots/0/" + key;
        CHECK(mistakes_in(with(smallest(), pointer, 2'147'483'647)).empty());
        CHECK(
            mistakes_in(with(smallest(), pointer, 2'147'483'648)) ==
            Lines{
                "$.machines[0].slots[0]." + key + ": must be a whole number from " +
                (key == "capacity" ? "1" : "0") + " to 2147483647, not 2147483648"});
        CHECK(mistakes_in(with(smallest(), pointer, -1)).size() == 1);
    }
}

TEST_CASE("machines: a price or a count may be 0, a capacity may not")
{
    CHECK(mistakes_in(with(smallest(), "/machines/0/slots/0/price", 0)).empty());
    CHECK(
        settings_of(with(smallest(), "/machines/0/slots/0/count", 0)).machines[0].slots[0].count ==
        0);
    CHECK(mistakes_in(with(smallest(), "/machines/0/slots/0/capacity", 0)).size() == 1);
}

TEST_CASE("machines: a slot may hold more than its capacity")
{
    auto file = with(smallest(), "/machines/0/slots/0/capacity", 10);
    file["machines"][0]["slots"][0]["count"] = 11;
    CHECK(mistakes_in(file).empty());
}

TEST_CASE("machines: a machine may have no slots yet")
{
    CHECK(mistakes_in(with(smallest(), "/machines/0/slots", Json::array())).empty());
}

TEST_CASE("machines: a slot number is given once in a machine, and may come again in another")
{
    auto file = two_boards({{"password", "a"}}, {{"password", "b"}});
    CHECK(mistakes_in(file).empty());
    file["machines"][1]["slots"].push_back(file["machines"][1]["slots"][0]);
    CHECK(
        mistakes_in(file) == Lines{"$.machines[1].slots[1].number: slot 1 is already described by "
                                   "$.machines[1].slots[0]"});
}

TEST_CASE("machines: slots come in the order of their numbers")
{
    auto file = smallest();
    for (const int number : {9, 3}) {
        auto slot = file["machines"][0]["slots"][0];
        slot["number"] = number;
        file["machines"][0]["slots"].push_back(slot);
    }
    const auto slots = settings_of(file).machines[0].slots;
    REQUIRE(slots.size() == 3);
    CHECK(slots[0].number == 1);
    CHECK(slots[1].number == 3);
    CHECK(slots[2].number == 9);
}

TEST_CASE("board password: what a board can not give is refused, and never shown")
{
    CHECK(mistakes_in(with_password("x y")).empty());
    CHECK(mistakes_in(with_password(std::string(256, 'x'))).empty());
    const Lines refused{
        "$.machines[0].board.password: must be " + password_form + ", or {\"file\": \"path\"}"};
    for (const Json& bad :
         {Json{""}, Json{" x"}, Json{"x "}, Json{"a\tb"}, Json{std::string(257, 'x')}, Json{12345},
          Json::array({"x"})}) {
        CAPTURE(bad);
        CHECK(mistakes_in(with_password(bad)) == refused);
    }
}

TEST_CASE("board password: one in a file is read without the newline at its end")
{
    const TemporaryFolder folder;
    for (const auto* content : {"s3cret", "s3cret\n", "s3cret\r\n"}) {
        folder.write("password", content);
        const auto settings = settings_of(with_password({{"file", "password"}}), folder.path());
        CHECK(settings.machines[0].board.password == "s3cret");
    }
}

TEST_CASE("board password: its file may have an absolute path")
{
    const TemporaryFolder folder;
    folder.write("password", "s3cret");
    const auto file = with_password({{"file", (folder.path() / "password").string()}});
    CHECK(settings_of(file, "/").machines[0].board.password == "s3cret");
}

TEST_CASE("board password: what files hold can be given in place of the disk")
{
    std::vector<std::filesystem::path> asked;
    const auto settings = config::parse_settings(
        with_password({{"file", "password"}}).dump(), "/folder",
        [&](const auto& file) -> std::expected<std::string, std::string> {
            asked.push_back(file);
            return "s3cret";
        });
    REQUIRE(settings);
    CHECK(settings->machines[0].board.password == "s3cret");
    CHECK(asked == std::vector<std::filesystem::path>{"/folder/password"});
}

TEST_CASE("board password: a file without a usable one is refused, and its content not shown")
{
    const TemporaryFolder folder;
    const auto path = (folder.path() / "password").string();
    const auto file = with_password({{"file", "password"}});
    const std::string at = "$.machines[0].board.password.file: ";

    CHECK(
        mistakes_in(file, folder.path()) ==
        Lines{at + "can not read " + path + ": No such file or directory"});

    for (const auto& content :
         {std::string{}, std::string{"\n"}, std::string{" x"}, std::string{"x\n\n"},
          std::string(257, 'x')}) {
        folder.write("password", content);
        CHECK(
            mistakes_in(file, folder.path()) ==
            Lines{
                at + "the password in " + path + " must be " + password_form +
                " (one newline at its end is left out)"});
    }

    folder.write("password", std::string(100'000, 'x'));
    CHECK(
        mistakes_in(file, folder.path()) ==
        Lines{at + "can not read " + path + ": it is larger than 65536 bytes"});
}

TEST_CASE("board password: the object of a file names exactly that")
{
    CHECK(
        mistakes_in(with_password(Json::object())) ==
        Lines{"$.machines[0].board.password.file: is missing; it must be the path of a file"});
    const TemporaryFolder folder;
    folder.write("p", "s3cret");
    CHECK(
        mistakes_in(with_password({{"file", "p"}, {"files", "p"}}), folder.path()) ==
        Lines{"$.machines[0].board.password.files: unknown key; did you mean \"file\"?"});
}

TEST_CASE("board: boards that share a password must be told apart by their addresses")
{
    struct Case {
        std::string first;
        std::string second;
        bool told_apart;
    };
    const auto [first, second, told_apart] = GENERATE(values<Case>(
        {{R"({ "password": "a" })", R"({ "password": "b" })", true},
         {R"({ "password": "a" })", R"({ "password": "a" })", false},
         {R"({ "password": "a", "addresses": ["10.0.0.1"] })", R"({ "password": "a" })", false},
         {R"({ "password": "a" })", R"({ "password": "a", "addresses": ["10.0.0.1"] })", false},
         {R"({ "password": "a", "addresses": ["10.0.0.1"] })",
          R"({ "password": "a", "addresses": ["10.0.0.2"] })", true},
         {R"({ "password": "a", "addresses": ["10.0.0.1"] })",
          R"({ "password": "a", "addresses": ["10.1.0.0/16", "10.0.0.0/24"] })", false},
         {R"({ "password": "a", "addresses": ["10.0.0.1"] })",
          R"({ "password": "b", "addresses": ["10.0.0.1"] })", true}}));
    CAPTURE(first, second);
    const auto expected =
        told_apart ? Lines{}
                   : Lines{
                         "$.machines[1].board.password: is that of $.machines[0].board too; "
                         "boards with one password must both have addresses, and these must not "
                         "overlap"};
    CHECK(mistakes_in(two_boards(Json::parse(first), Json::parse(second))) == expected);
}

TEST_CASE("board: a password in a file is compared with one in place")
{
    const TemporaryFolder folder;
    folder.write("p", "a\n");
    const auto file = two_boards({{"password", "a"}}, {{"password", {{"file", "p"}}}});
    CHECK(mistakes_in(file, folder.path()).size() == 1);
}

TEST_CASE("board: a wrong address is not also a board without addresses")
{
    const auto board = Json::parse(R"({ "password": "a", "addresses": ["10.0.0.1/24"] })");
    CHECK(
        mistakes_in(two_boards({{"password", "a"}}, board)) ==
        Lines{"$.machines[1].board.addresses[0]: must be an address or a range such as "
              "\"10.0.7.0/24\" or \"fd00::/8\", with no bits set behind the prefix, not "
              "\"10.0.0.1/24\""});
}

TEST_CASE("board: an empty list of addresses is refused, since it would allow everybody")
{
    CHECK(
        mistakes_in(with(smallest(), "/machines/0/board/addresses", Json::array())) ==
        Lines{"$.machines[0].board.addresses: must hold at least one address or range; leave it "
              "out to allow any"});
}

TEST_CASE("board: a sensor is true or false")
{
    CHECK(
        mistakes_in(with(smallest(), "/machines/0/board/sensor", "yes")) ==
        Lines{"$.machines[0].board.sensor: must be true or false, not \"yes\""});
}
