#include "protocol/sunday_history.hpp"

#include "support/catch.hpp"

#include <limits>
#include <random>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using protocol::Dialect;
using protocol::DropEntry;
using protocol::format_history;
using protocol::HistoryEntry;
using protocol::parse_history_entry;
using protocol::TransferEntry;

namespace {

constexpr std::chrono::sys_seconds at{1'329'869'257s};  // 2012-02-22, 00:07:37

HistoryEntry coke()
{
    return {
        at, DropEntry{
                .drop = protocol::DropId{1835008532480002},
                .machine = "d",
                .slot = 1,
                .item = "Coke",
                .price = 50,
                .state = "in_doubt"}};
}

HistoryEntry transfer(std::int64_t credits, std::string reason)
{
    return {at, TransferEntry{.credits = credits, .reason = std::move(reason)}};
}

// The one entry as a row, without its end.
std::string row_of(const HistoryEntry& entry)
{
    const auto reply = format_history(Dialect::js, {&entry, 1});
    return reply.substr(0, reply.find('\n'));
}

}  // namespace

TEST_CASE("sunday history: rows are the same in both dialects, and the last line is the dialect's")
{
    const std::vector entries{coke(), transfer(500, "paid in cash")};
    const std::string rows =
        "2012-02-22T00:07:37Z drop 1835008532480002 d 1 \"Coke\" 50 in_doubt\n"
        "2012-02-22T00:07:37Z transfer 500 \"paid in cash\"\n";
    CHECK(format_history(Dialect::js, entries) == rows + "OK 2 Entries retrieved\r\n");
    CHECK(format_history(Dialect::classic, entries) == rows + "OK 2 Entries retrieved\n");
}

TEST_CASE("sunday history: nothing yet is no row")
{
    CHECK(format_history(Dialect::js, {}) == "OK 0 Entries retrieved\r\n");
}

TEST_CASE("sunday history: a row that is written is read as the same entry")
{
    constexpr auto max = std::numeric_limits<std::int64_t>::max();
    auto free_of_charge = coke();
    std::get<DropEntry>(free_of_charge.what).price = 0;
    for (const auto& entry :
         {coke(), free_of_charge, transfer(500, "paid in cash"), transfer(-max, ""),
          transfer(max, "a 'b' c"), transfer(1, "Café")}) {
        CAPTURE(row_of(entry));
        CHECK(parse_history_entry(row_of(entry)) == entry);
    }
}

TEST_CASE("sunday history: a reason cannot end its row or its quotes")
{
    CHECK(row_of(transfer(1, "a \"b\"\r\nOK\t\x7f")).ends_with("transfer 1 \"a 'b'  OK  \""));
}

TEST_CASE("sunday history: a long reason is cut, between characters")
{
    CHECK(row_of(transfer(1, std::string(128, 'x'))).ends_with(std::string(128, 'x') + "\""));
    CHECK(
        row_of(transfer(1, std::string(129, 'x'))).ends_with(" \"" + std::string(128, 'x') + "\""));
    const auto before = std::string(127, 'x');
    CHECK(row_of(transfer(1, before + "é")).ends_with(" \"" + before + "\""));
}

TEST_CASE("sunday history: times before 1970 and leap days are days of the calendar")
{
    CHECK(protocol::format_time(std::chrono::sys_seconds{-1s}) == "1969-12-31T23:59:59Z");
    CHECK(protocol::format_time(std::chrono::sys_seconds{951'782'400s}) == "2000-02-29T00:00:00Z");
}

TEST_CASE("sunday history: what is not a row of it is none")
{
    for (const std::string_view line : {
             "",
             "OK 0 Entries retrieved",
             R"(1 "Coke" 50 13 1)",
             R"(2012-02-22T00:07:37Z)",
             R"(2012-02-22T00:07:37Z transfer 500)",
             R"(2012-02-22T00:07:37Z transfer 500 ")",
             R"(2012-02-22T00:07:37Z transfer 5x "a")",
             R"(2012-02-22T00:07:37Z transfer 500 "a" b)",
             R"(2012-02-22T00:07:37Z gift 500 "a")",
             R"(2012-02-22T00:07:37Z drop 1 d 1 "Coke" 50)",
             R"(2012-02-22T00:07:37Z drop 1 d 256 "Coke" 50 dispensed)",
             R"(2012-02-22T00:07:37Z drop 1 d 1 "Coke" -50 dispensed)",
             R"(2012-02-22T00:07:37Z drop 1 d 1 "Coke" 50 dispensed x)",
             R"(2012-02-30T00:07:37Z transfer 500 "a")",
             R"(2012-02-22T24:00:00Z transfer 500 "a")",
             R"(2012-02-22T00:60:00Z transfer 500 "a")",
             R"(2012-02-22T00:00:60Z transfer 500 "a")",
             R"(2012-02-22 00:07:37Z transfer 500 "a")",
             R"(2012-02-22T00:07:37+ transfer 500 "a")",
         }) {
        CAPTURE(line);
        CHECK_FALSE(parse_history_entry(line));
    }
}

TEST_CASE("sunday history: random lines give no entry, or one that is written and read again")
{
    std::mt19937 random{1};
    int entries = 0;
    for (int round = 0; round < 20'000; ++round) {
        auto line = row_of(round % 2 == 0 ? coke() : transfer(500, "a b"));
        for (int change = 0; change < 2; ++change) {
            line[random() % line.size()] = "0123456789 \"-:TZ\x01"[random() % 17];
        }
        const auto entry = parse_history_entry(line);
        if (!entry) continue;
        ++entries;
        CAPTURE(line);
        const auto again = parse_history_entry(row_of(*entry));
        REQUIRE(again);
        REQUIRE(row_of(*again) == row_of(*entry));
    }
    CHECK(entries > 1'000);
}
