#include "clients/drink/output.hpp"

#include "support/catch.hpp"

#include <cstdlib>
#include <ctime>
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

constexpr std::chrono::sys_seconds noon{std::chrono::seconds{1'329'912'000}};  // 2012-02-22, UTC

protocol::HistoryEntry drop(std::string state, std::string item = "Coke")
{
    return {
        noon, protocol::DropEntry{
                  .drop = protocol::DropId{1835008532480002},
                  .machine = "d",
                  .slot = 1,
                  .item = std::move(item),
                  .price = 50,
                  .state = std::move(state)}};
}

protocol::HistoryEntry transfer(protocol::Credits credits, std::string reason)
{
    return {noon, protocol::TransferEntry{.credits = credits, .reason = std::move(reason)}};
}

// Puts this process into a time zone until the end of the test.
class TimeZone {
public:
    explicit TimeZone(const char* name) { set(name); }
    ~TimeZone() { set(nullptr); }
    TimeZone(const TimeZone&) = delete;
    TimeZone& operator=(const TimeZone&) = delete;

private:
    static void set(const char* name)
    {
        if (name) {
            setenv("TZ", name, 1);
        } else {
            unsetenv("TZ");
        }
        tzset();
    }
};

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

TEST_CASE("output: a history is a table of when, how many credits, and for what")
{
    const TimeZone zone{"XYZ-1"};
    const std::vector history{
        drop("reserved"),
        drop("in_doubt"),
        drop("dispensed"),
        drop("not_delivered"),
        transfer(500, "paid in cash"),
        transfer(-20, "")};
    CHECK(
        drink::format_table(history) ==
        "when              credits  for\n"
        "2012-02-22 13:00  50 held  Coke from d 1, reserved, drop 1835008532480002\n"
        "2012-02-22 13:00  50 held  Coke from d 1, in doubt, drop 1835008532480002\n"
        "2012-02-22 13:00      -50  Coke from d 1\n"
        "2012-02-22 13:00        0  Coke from d 1, not delivered\n"
        "2012-02-22 13:00     +500  paid in cash\n"
        "2012-02-22 13:00      -20  \n");
}

TEST_CASE("output: a history of nothing says so")
{
    CHECK(
        drink::format_table(std::span<const protocol::HistoryEntry>{}) ==
        "Nothing happened yet.\n");
    CHECK(drink::format_json(std::span<const protocol::HistoryEntry>{}) == "{\"history\":[]}\n");
}

TEST_CASE("output: a history can not drive the terminal")
{
    const std::vector history{
        drop("\033[2J", "\033[2J"), transfer(
                                        1,
                                        "\xc2\x9b"
                                        "2J")};
    const auto table = drink::format_table(history);
    CHECK_FALSE(table.contains('\033'));
    CHECK_FALSE(table.contains("\xc2\x9b"));
}

TEST_CASE("output: a history as JSON is one line")
{
    const std::vector history{drop("in_doubt"), transfer(500, "paid in cash")};
    CHECK(
        drink::format_json(history) ==
        R"({"history":[{"what":"drop","at":"2012-02-22T12:00:00Z","drop":1835008532480002,)"
        R"("machine":"d","slot":1,"item":"Coke","price":50,"state":"in_doubt"},)"
        R"({"what":"transfer","at":"2012-02-22T12:00:00Z","credits":500,)"
        R"("reason":"paid in cash"}]})"
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

TEST_CASE("output: credits that were sent as JSON have the balance, or null")
{
    drink::SendOutcome outcome{.receiver = "bob", .credits = 20, .balance = 200};
    CHECK(drink::format_json(outcome) == "{\"sent\":20,\"to\":\"bob\",\"balance\":200}\n");
    outcome.balance.reset();
    CHECK(drink::format_json(outcome) == "{\"sent\":20,\"to\":\"bob\",\"balance\":null}\n");
}

TEST_CASE("output: one credit is singular")
{
    CHECK(drink::format_credits(1) == "1 credit");
    CHECK(drink::format_credits(0) == "0 credits");
    CHECK(drink::format_credits(250) == "250 credits");
}
