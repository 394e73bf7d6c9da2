// What each event does to a reserved drop and to one in doubt.
#include "ledger_rig.hpp"
#include "support/catch.hpp"

using ledger::DropEvent;
using ledger::DropState;

TEST_CASE("settle: an ack moves the credits to the house and the item out of the stock")
{
    LedgerRig rig;
    const auto settled = rig.settle(rig.reserve(1), DropEvent::acked);
    REQUIRE(settled.changed);
    REQUIRE(settled.state == DropState::dispensed);
    REQUIRE(settled.balance == 950);
    REQUIRE(rig.slot(1).stock == 9);
    REQUIRE(rig.slot(1).held == 0);
    REQUIRE(rig.slot(1).sold == 1);
    rig.require_sound();
}

TEST_CASE("settle: what was not dropped gives back credits and item")
{
    const std::pair<DropEvent, DropState> cases[] = {
        {DropEvent::nacked, DropState::refused},
        {DropEvent::withdrawn, DropState::cancelled},
        {DropEvent::not_sent, DropState::not_delivered},
    };
    for (const auto& [event, state] : cases) {
        CAPTURE(machines::name_of(state));
        LedgerRig rig;
        const auto settled = rig.settle(rig.reserve(1), event);
        REQUIRE(settled.changed);
        REQUIRE(settled.state == state);
        REQUIRE(settled.balance == 1'000);
        REQUIRE(rig.slot(1).left() == 10);
        REQUIRE(rig.slot(1).sold == 0);
        rig.require_sound();
    }
}

TEST_CASE("settle: a lost drop is in doubt and still holds credits and item")
{
    LedgerRig rig;
    const auto drop = rig.reserve(1);
    const auto settled = rig.settle(drop, DropEvent::lost);
    REQUIRE(settled.changed);
    REQUIRE(settled.state == DropState::in_doubt);
    REQUIRE(settled.balance == 950);
    REQUIRE(rig.slot(1).left() == 9);
    REQUIRE(rig.slot(1).stock == 10);
    REQUIRE(rig.ledger().doubts() == std::vector{drop});
    rig.require_sound();
}

TEST_CASE("settle: a doubt is kept with its time and reason")
{
    LedgerRig rig;
    const auto drop = rig.reserve(1);
    rig.now_ms += 20'000;
    rig.settle(drop, DropEvent::lost);
    rig.commit();
    REQUIRE(
        rig.text("SELECT doubt_at || ' ' || doubt_reason FROM drops") == "1700000020000 a test");
}

TEST_CASE("settle: a doubt ends by a late answer or a decision")
{
    struct Case {
        DropEvent event;
        DropState state;
        Credits balance;
        std::int64_t stock;
        std::int64_t sold;
    };
    const Case cases[] = {
        {DropEvent::acked, DropState::dispensed, 950, 9, 1},
        {DropEvent::charged, DropState::dispensed, 950, 9, 1},
        {DropEvent::nacked, DropState::refused, 1'000, 10, 0},
        // The credits come back, the can does not: nobody knows where it is.
        {DropEvent::refunded, DropState::refunded, 1'000, 9, 0},
    };
    for (const auto& expected : cases) {
        CAPTURE(static_cast<int>(expected.event));
        LedgerRig rig;
        const auto drop = rig.reserve(1);
        rig.settle(drop, DropEvent::lost);
        const auto settled = rig.settle(drop, expected.event);
        REQUIRE(settled.changed);
        REQUIRE(settled.state == expected.state);
        REQUIRE(settled.balance == expected.balance);
        REQUIRE(rig.slot(1).stock == expected.stock);
        REQUIRE(rig.slot(1).held == 0);
        REQUIRE(rig.slot(1).sold == expected.sold);
        REQUIRE(rig.ledger().doubts().empty());
        rig.require_sound();
    }
}

TEST_CASE("settle: an item sold against the count is written off by a refund as well")
{
    LedgerRig rig;
    rig.sense(4, Sensor::present);
    const auto drop = rig.reserve(4);
    rig.settle(drop, DropEvent::lost);
    rig.settle(drop, DropEvent::refunded);
    REQUIRE(rig.slot(4).stock == 0);
    rig.require_sound();
}

TEST_CASE("settle: a drop settles once, whoever comes second")
{
    for (const auto first : {DropEvent::acked, DropEvent::nacked, DropEvent::not_sent}) {
        for (const auto second :
             {DropEvent::acked, DropEvent::nacked, DropEvent::lost, DropEvent::withdrawn,
              DropEvent::not_sent, DropEvent::charged, DropEvent::refunded}) {
            CAPTURE(static_cast<int>(first), static_cast<int>(second));
            LedgerRig rig;
            const auto drop = rig.reserve(1);
            const auto settled = rig.settle(drop, first);
            rig.commit();
            const auto before = memory_of(rig.ledger(), rig.machine, {"ann"});
            const auto again = rig.settle(drop, second);
            REQUIRE_FALSE(again.changed);
            REQUIRE(again.state == settled.state);
            REQUIRE(again.balance == settled.balance);
            rig.commit();
            REQUIRE(memory_of(rig.ledger(), rig.machine, {"ann"}) == before);
        }
    }
}

TEST_CASE("settle: a settled drop is known as settled after a restart")
{
    LedgerRig rig;
    const auto drop = rig.reserve(1);
    rig.settle(drop, DropEvent::acked);
    rig.commit();
    rig.reopen();
    const auto again = rig.settle(drop, DropEvent::nacked);
    REQUIRE_FALSE(again.changed);
    REQUIRE(again.state == DropState::dispensed);
    REQUIRE(again.balance == 950);
}

TEST_CASE("settle: a new doubt tells how many there are now, of all and of a machine")
{
    LedgerRig rig;
    rig.settings.push_back(machine_setting("x"));
    const auto other = rig.ledger().take_settings(rig.settings).at(1);
    REQUIRE(rig.settle(rig.reserve(1), DropEvent::lost).doubts == 1);
    const auto there = rig.ledger().reserve(rig.ann, other, 1)->drop;
    REQUIRE(rig.settle(there, DropEvent::lost).doubts == 2);
    rig.reserve(1);
    REQUIRE(rig.ledger().count_doubts(rig.machine) == 1);
    REQUIRE(rig.ledger().count_doubts(other) == 1);
    rig.settle(there, DropEvent::refunded);
    REQUIRE(rig.ledger().count_doubts(other) == 0);
}

TEST_CASE("settle: an admin can not decide a drop that is under way")
{
    for (const auto event : {DropEvent::charged, DropEvent::refunded}) {
        LedgerRig rig;
        const auto drop = rig.reserve(1);
        const auto settled = rig.settle(drop, event);
        REQUIRE_FALSE(settled.changed);
        REQUIRE(settled.state == DropState::reserved);
        REQUIRE(rig.balance("ann") == 950);
    }
}

TEST_CASE("settle: a drop that does not exist is none")
{
    LedgerRig rig;
    REQUIRE_FALSE(rig.ledger().settle(DropId{4711}, DropEvent::acked, test_cause).has_value());
}

TEST_CASE("settle: the payment is kept with drop, actor, reason and time")
{
    LedgerRig rig;
    const auto drop = rig.reserve(1);
    rig.now_ms += 5'000;
    rig.settle(drop, DropEvent::acked);
    rig.commit();
    REQUIRE(
        rig.text("SELECT format('%d %d %d %d %d %s %s', at, debit, credit, amount, drop_id, actor, "
                 "reason) FROM all_transfers WHERE drop_id IS NOT NULL") ==
        "1700000005000 " + std::to_string(number(rig.ann)) + " 1 50 " +
            std::to_string(number(drop)) + " tester a test");
}

TEST_CASE("settle: who settled a drop, when and why is kept")
{
    LedgerRig rig;
    const auto drop = rig.reserve(1);
    rig.now_ms += 5'000;
    rig.settle(drop, DropEvent::nacked);
    rig.commit();
    REQUIRE(
        rig.text("SELECT format('%d %s %s', settled_at, settled_by, settled_reason) FROM drops") ==
        "1700000005000 tester a test");
}

TEST_CASE("settle: no reason that an admin can give makes a payment anything else")
{
    LedgerRig rig;
    const auto drop = rig.reserve(1);
    rig.settle(drop, DropEvent::lost);
    const ledger::Cause cause{.actor = "admin", .reason = "account closed"};
    REQUIRE(rig.ledger().settle(drop, DropEvent::charged, cause)->changed);
    rig.require_sound();
}

TEST_CASE("settle: the sum of all accounts stays zero at every step")
{
    LedgerRig rig;
    const auto sum = [&] {
        rig.commit();
        return rig.figure(
            "SELECT (SELECT sum(balance) FROM accounts) + "
            "(SELECT sum(iif(credit = 1, amount, -amount)) FROM all_transfers)");
    };
    REQUIRE(sum() == 0);
    const auto drop = rig.reserve(1);
    REQUIRE(sum() == 0);
    rig.settle(drop, DropEvent::lost);
    REQUIRE(sum() == 0);
    rig.settle(drop, DropEvent::acked);
    REQUIRE(sum() == 0);
    REQUIRE(rig.figure("SELECT sum(balance) FROM accounts") == 950);
}

TEST_CASE("settle: several doubts of one member are settled one by one")
{
    LedgerRig rig;
    const auto first = rig.reserve(1);
    rig.settle(first, DropEvent::lost);
    const auto second = rig.reserve(3);
    rig.settle(second, DropEvent::lost);
    REQUIRE(rig.ledger().doubts() == std::vector{first, second});
    REQUIRE(rig.settle(second, DropEvent::refunded).balance == 950);
    REQUIRE(rig.settle(first, DropEvent::charged).balance == 950);
    rig.require_sound();
}
