// What is removed in time, and what that leaves as it was.
#include "ledger_rig.hpp"
#include "support/catch.hpp"

#include <chrono>

using ledger::DropEvent;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t day_ms = 86'400'000;
constexpr std::int64_t all_rows = 1'000;
constexpr config::Keep a_week{.drops = std::chrono::days{7}, .temperatures = std::chrono::days{7}};

std::int64_t rows_of(LedgerRig& rig, const std::string& table)
{
    rig.commit();
    return rig.figure("SELECT count(*) FROM " + table);
}

std::string transfers_of(LedgerRig& rig)
{
    rig.commit();
    return rig.text(
        "SELECT group_concat(format('%d: %d from %d to %d for %d by %s: %s', at, amount, debit, "
        "credit, drop_id, actor, reason), char(10)) FROM (SELECT * FROM all_transfers ORDER BY at, "
        "debit, drop_id)");
}

}  // namespace

TEST_CASE("prune: drops go when they were settled long enough ago, and not before")
{
    LedgerRig rig;
    rig.settle(rig.reserve(1), DropEvent::acked);
    rig.reserve(1);
    rig.now_ms += 7 * day_ms;
    REQUIRE(rig.ledger().prune(a_week, all_rows).drops == 0);
    rig.now_ms += 1;
    REQUIRE(rig.ledger().prune(a_week, all_rows).drops == 1);
    REQUIRE(rows_of(rig, "drops") == 1);
    rig.require_sound();
}

TEST_CASE("prune: balances, stock, sales and transfers are what they were")
{
    LedgerRig rig;
    for (const auto event : {DropEvent::acked, DropEvent::nacked, DropEvent::withdrawn}) {
        rig.settle(rig.reserve(1), event);
        rig.settle(rig.reserve(2), event);
    }
    const auto doubt = rig.reserve(3);
    rig.settle(doubt, DropEvent::lost);
    rig.settle(doubt, DropEvent::refunded);
    rig.sense(4, Sensor::present);
    rig.settle(rig.reserve(4), DropEvent::acked);
    rig.settle(rig.reserve(1), DropEvent::acked);
    rig.commit();
    const auto before = memory_of(rig.ledger(), rig.machine, {"ann"});
    const auto transfers = transfers_of(rig);
    rig.now_ms += 8 * day_ms;
    REQUIRE(rig.ledger().prune(a_week, all_rows).drops == 8);
    REQUIRE(memory_of(rig.ledger(), rig.machine, {"ann"}) == before);
    REQUIRE(transfers_of(rig) == transfers);
    rig.require_sound();
    rig.reopen();
    REQUIRE(memory_of(rig.ledger(), rig.machine, {"ann"}) == before);
}

TEST_CASE("prune: an open drop stays, however old, and can still be settled")
{
    LedgerRig rig;
    const auto doubt = rig.reserve(1);
    rig.settle(doubt, DropEvent::lost);
    rig.settle(rig.reserve(1), DropEvent::acked);
    rig.reserve(1);
    rig.now_ms += 400 * day_ms;
    REQUIRE(rig.ledger().prune(a_week, all_rows).drops == 1);
    REQUIRE(rig.settle(doubt, DropEvent::charged).changed);
    REQUIRE(rig.ledger().prune(a_week, all_rows).drops == 0);
    rig.require_sound();
}

TEST_CASE("prune: the newest drop stays, so that ids rise whatever the clock says")
{
    LedgerRig rig;
    const auto last = rig.reserve(1);
    rig.settle(last, DropEvent::acked);
    rig.now_ms += 400 * day_ms;
    REQUIRE(rig.ledger().prune(a_week, all_rows).drops == 0);
    rig.commit();
    rig.now_ms -= 800 * day_ms;
    rig.reopen();
    REQUIRE(number(rig.reserve(1)) > number(last));
}

TEST_CASE("prune: the evidence of a drop goes with it")
{
    LedgerRig rig;
    const auto doubt = rig.reserve(1);
    rig.settle(doubt, DropEvent::lost);
    rig.ledger().add_evidence(rig.machine, "a trace");
    rig.settle(doubt, DropEvent::refunded);
    rig.reserve(1);
    rig.now_ms += 8 * day_ms;
    REQUIRE(rig.ledger().prune(a_week, all_rows).drops == 1);
    REQUIRE(rows_of(rig, "evidence") == 0);
}

TEST_CASE("prune: a drop that was removed is none any more")
{
    LedgerRig rig;
    const auto drop = rig.reserve(1);
    rig.settle(drop, DropEvent::acked);
    rig.reserve(1);
    rig.now_ms += 8 * day_ms;
    rig.ledger().prune(a_week, all_rows);
    REQUIRE_FALSE(rig.ledger().settle(drop, DropEvent::nacked, test_cause).has_value());
}

TEST_CASE("prune: old temperatures of every machine go")
{
    LedgerRig rig;
    rig.settings.push_back(machine_setting("x"));
    const auto other = rig.ledger().take_settings(rig.settings).at(1);
    for (int hour = 0; hour < 48; ++hour) {
        rig.ledger().add_temperature(rig.machine, 38.5);
        rig.ledger().add_temperature(other, 38.5);
        rig.now_ms += day_ms / 24;
    }
    rig.now_ms += 6 * day_ms;
    REQUIRE(rig.ledger().prune(a_week, all_rows).temperatures == 48);
    REQUIRE(rows_of(rig, "temperatures") == 48);
    REQUIRE(rig.ledger().prune(a_week, all_rows).temperatures == 0);
}

TEST_CASE("prune: the reply to a request goes after a week, when nobody repeats it any more")
{
    LedgerRig rig;
    rig.ledger().keep_reply("r1", "done");
    rig.now_ms += 7 * day_ms;
    rig.ledger().keep_reply("r2", "done");
    REQUIRE_FALSE(rig.ledger().prune({}, all_rows).any());
    rig.now_ms += 1;
    REQUIRE(rig.ledger().prune({}, all_rows).requests == 1);
    REQUIRE_FALSE(rig.ledger().reply_of("r1").has_value());
    REQUIRE(rig.ledger().reply_of("r2") == "done");
}

TEST_CASE("prune: drops and temperatures are kept for ever unless the settings say how long")
{
    LedgerRig rig;
    rig.settle(rig.reserve(1), DropEvent::acked);
    rig.reserve(1);
    rig.ledger().add_temperature(rig.machine, 38.5);
    rig.now_ms += 36'500 * day_ms;
    REQUIRE_FALSE(rig.ledger().prune({}, all_rows).any());
    REQUIRE(rows_of(rig, "drops") == 2);
}

TEST_CASE("prune: a call removes a few, and calls until nothing is removed remove all")
{
    LedgerRig rig;
    for (int doubt = 0; doubt < 10; ++doubt) rig.settle(rig.reserve(1), DropEvent::lost);
    for (int drop = 0; drop < 50; ++drop) rig.settle(rig.reserve(2), DropEvent::acked);
    rig.reserve(2);
    rig.now_ms += 8 * day_ms;
    constexpr std::int64_t few = 10;
    std::int64_t removed = 0;
    for (;;) {
        const auto now = rig.ledger().prune(a_week, few).drops;
        REQUIRE(now <= few);
        if (now == 0) break;
        removed += now;
    }
    REQUIRE(removed == 50);
    rig.require_sound();
}

TEST_CASE("prune: a rollback brings back what was removed")
{
    LedgerRig rig;
    rig.settle(rig.reserve(1), DropEvent::acked);
    rig.reserve(1);
    rig.commit();
    rig.now_ms += 8 * day_ms;
    rig.ledger().prune(a_week, all_rows);
    rig.ledger().rollback();
    REQUIRE(rows_of(rig, "drops") == 2);
    rig.require_sound();
}
