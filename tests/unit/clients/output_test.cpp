#include "clients/drink/output.hpp"

#include "support/catch.hpp"

#include <vector>

using drink::MachineListing;

namespace {

MachineListing big_drink()
{
    return {
        .id = "d",
        .name = "Big Drink",
        .online = true,
        .slots = {
            {.slot = 1, .item = "Coke", .price = 50, .left = 13, .enabled = true},
            {.slot = 2, .item = "Dr. Pepper", .price = 1'250, .left = 0, .enabled = true},
            {.slot = 10, .item = "Café", .price = 0, .left = 100, .enabled = false}}};
}

}  // namespace

TEST_CASE("output: a machine is a table with its numbers to the right and its states in words")
{
    const std::vector machines{big_drink()};
    CHECK(
        drink::format_tables(machines, false) ==
        "Big Drink (d)  online\n"
        "  slot  item        price  left\n"
        "     1  Coke           50    13\n"
        "     2  Dr. Pepper   1250     0  empty\n"
        "    10  Café            0   100  disabled\n");
}

TEST_CASE("output: machines are an empty line apart")
{
    const std::vector<MachineListing> machines{
        {.id = "a", .name = "A", .online = false, .slots = {}},
        {.id = "b", .name = "B", .online = {}, .slots = {}}};
    CHECK(
        drink::format_tables(machines, false) ==
        "A (a)  offline\n  no slots\n\nB (b)\n  no slots\n");
}

TEST_CASE("output: colour marks the states and nothing else")
{
    const std::vector machines{big_drink()};
    const auto text = drink::format_tables(machines, true);
    CHECK(text.starts_with("Big Drink (d)  \033[32monline\033[0m\n  slot  item "));
    CHECK(text.find("  \033[31mempty\033[0m\n") != std::string::npos);
}

TEST_CASE("output: an item can not drive the terminal")
{
    auto machine = big_drink();
    machine.slots = {{.slot = 1, .item = "\033[2J", .price = 1, .left = 1, .enabled = true}};
    CHECK(drink::format_tables(std::vector{machine}, false).find('\033') == std::string::npos);
}

TEST_CASE("output: machines as JSON are one line")
{
    auto machine = big_drink();
    machine.slots.resize(1);
    CHECK(
        drink::format_json(std::vector{machine}) ==
        R"({"machines":[{"id":"d","name":"Big Drink","online":true,"slots":[)"
        R"({"slot":1,"item":"Coke","price":50,"left":13,"enabled":true}]}]})"
        "\n");
}

TEST_CASE("output: a machine whose server does not tell whether it is online is null in JSON")
{
    const std::vector<MachineListing> machines{{.id = "a", .name = "A", .online = {}, .slots = {}}};
    CHECK(
        drink::format_json(machines) ==
        R"({"machines":[{"id":"a","name":"A","online":null,"slots":[]}]})"
        "\n");
}

TEST_CASE("output: a failure as JSON has its kind, its code and the drop's id where there are any")
{
    drink::Failure failure{.exit_code = drink::ExitCode::no_connection, .text = "no"};
    CHECK(
        drink::format_json(failure) == R"({"error":{"kind":"no_connection","text":"no"}})"
                                       "\n");
    failure = {
        .exit_code = drink::ExitCode::outcome_unknown, .text = "who knows", .code = 103, .drop = 7};
    CHECK(
        drink::format_json(failure) ==
        R"({"error":{"kind":"outcome_unknown","code":103,"text":"who knows","drop":7}})"
        "\n");
}

TEST_CASE("output: JSON stays valid whatever bytes the server sent")
{
    const drink::Failure failure{.text = "\xff"};
    CHECK(
        drink::format_json(failure) ==
        "{\"error\":{\"kind\":\"refused\",\"text\":\"\xef\xbf\xbd\"}}\n");
}

TEST_CASE("output: a drop as JSON has the balance, or null where it could not be had")
{
    drink::DropOutcome outcome{.machine = "d", .slot = 3, .balance = 200};
    CHECK(
        drink::format_json(outcome) == R"({"dropped":true,"machine":"d","slot":3,"balance":200})"
                                       "\n");
    outcome.balance.reset();
    CHECK(
        drink::format_json(outcome) == R"({"dropped":true,"machine":"d","slot":3,"balance":null})"
                                       "\n");
}

TEST_CASE("output: one credit is singular")
{
    CHECK(drink::format_credits(1) == "1 credit");
    CHECK(drink::format_credits(0) == "0 credits");
    CHECK(drink::format_credits(250) == "250 credits");
}
