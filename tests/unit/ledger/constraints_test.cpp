// The rules once more, in the file itself: no statement can write what breaks them.
#include "ledger/sqlite.hpp"
#include "ledger_rig.hpp"
#include "support/catch.hpp"

#include <string>

namespace {

using Catch::Matchers::Contains;

const std::string insert_transfer =
    "INSERT INTO transfers (at, debit, credit, amount, actor, reason) VALUES ";
const std::string insert_drop =
    "INSERT INTO drops (id, account, slot, item, price, state, opened_at) VALUES ";

// A ledger in which ann (account 2) has 1,000 credits, 50 of them held, and one Coke is held.
LedgerRig& with_open_drop(LedgerRig& rig)
{
    rig.reserve(1);
    rig.commit();
    return rig;
}

void require_refused(LedgerRig& rig, const std::string& sql, const std::string& why)
{
    CAPTURE(sql);
    REQUIRE_THROWS_WITH(rig.sql(sql), Contains(why));
    rig.require_sound();
}

}  // namespace

TEST_CASE("constraints: a member's balance never falls below zero, nor below what is held")
{
    LedgerRig rig;
    with_open_drop(rig);
    const auto balance = [](int credits) {
        return "UPDATE accounts SET balance = " + std::to_string(credits) + " WHERE name = 'ann'";
    };
    require_refused(rig, balance(-1), "CHECK");
    require_refused(rig, balance(49), "CHECK");
    require_refused(rig, "UPDATE accounts SET held = 1001 WHERE name = 'ann'", "CHECK");
    require_refused(rig, "UPDATE accounts SET held = -1 WHERE name = 'ann'", "CHECK");
    rig.sql(balance(50));
}

TEST_CASE("constraints: the house has no balance beside what the members have")
{
    LedgerRig rig;
    require_refused(rig, "UPDATE accounts SET balance = 1 WHERE kind = 'house'", "CHECK");
}

TEST_CASE("constraints: a transfer is never changed")
{
    LedgerRig rig;
    require_refused(rig, "UPDATE transfers SET amount = 5", "a transfer is never changed");
    require_refused(rig, "UPDATE transfers SET reason = 'x'", "a transfer is never changed");
}

TEST_CASE("constraints: a transfer is never removed")
{
    LedgerRig rig;
    require_refused(rig, "DELETE FROM transfers", "a transfer is never removed");
}

TEST_CASE("constraints: a transfer moves something, from one account to another")
{
    LedgerRig rig;
    require_refused(rig, insert_transfer + "(1, 1, 2, 0, 'a', 'r')", "CHECK");
    require_refused(rig, insert_transfer + "(1, 1, 2, -5, 'a', 'r')", "CHECK");
    require_refused(rig, insert_transfer + "(1, 2, 2, 5, 'a', 'r')", "CHECK");
}

TEST_CASE("constraints: a transfer is between accounts that exist")
{
    LedgerRig rig;
    require_refused(rig, insert_transfer + "(1, 1, 99, 5, 'a', 'r')", "FOREIGN KEY");
    require_refused(rig, insert_transfer + "(1, 99, 1, 5, 'a', 'r')", "FOREIGN KEY");
}

TEST_CASE("constraints: an open drop is never removed")
{
    LedgerRig rig;
    with_open_drop(rig);
    require_refused(rig, "DELETE FROM drops", "an open drop is never removed");
}

TEST_CASE("constraints: a removed drop leaves what it did, and no evidence")
{
    LedgerRig rig;
    const auto dispensed = rig.reserve(1);
    rig.settle(dispensed, ledger::DropEvent::lost);
    rig.ledger().add_evidence(rig.machine, "a trace");
    rig.settle(dispensed, ledger::DropEvent::acked);
    rig.settle(rig.reserve(1), ledger::DropEvent::nacked);
    rig.sense(4, Sensor::present);
    rig.settle(rig.reserve(4), ledger::DropEvent::acked);
    rig.commit();
    rig.sql("DELETE FROM drops");
    REQUIRE(rig.figure("SELECT count(*) FROM evidence") == 0);
    REQUIRE(rig.figure("SELECT sum(pruned_paid) FROM slots") == 90);
    rig.require_sound();
}

TEST_CASE("constraints: a member has one reserved drop")
{
    LedgerRig rig;
    with_open_drop(rig);
    require_refused(rig, insert_drop + "(5, 2, 1, 'Coke', 50, 'reserved', 1)", "UNIQUE");
}

TEST_CASE("constraints: a stock is never below zero, nor below what is held")
{
    LedgerRig rig;
    with_open_drop(rig);
    require_refused(rig, "UPDATE slots SET stock = -1 WHERE number = 3", "CHECK");
    require_refused(rig, "UPDATE slots SET stock = 0 WHERE number = 1", "CHECK");
    require_refused(rig, "UPDATE slots SET held = 11 WHERE number = 1", "CHECK");
    require_refused(rig, "UPDATE slots SET held = -1 WHERE number = 2", "CHECK");
}

TEST_CASE("constraints: what is settled twice is settled once")
{
    LedgerRig rig;
    const auto drop = rig.reserve(1);
    rig.commit();
    // Behind the ledger's back.
    rig.sql("UPDATE drops SET state = 'refused', settled_at = 5, settled_by = 'a'");
    REQUIRE_THROWS_WITH(
        rig.ledger().settle(drop, ledger::DropEvent::acked, test_cause), "a drop settles once");
}

TEST_CASE("constraints: a drop is settled by somebody at some time, or open")
{
    LedgerRig rig;
    with_open_drop(rig);
    require_refused(rig, "UPDATE drops SET state = 'refused'", "CHECK");
    require_refused(rig, "UPDATE drops SET settled_at = 5, settled_by = 'a'", "CHECK");
    require_refused(rig, "UPDATE drops SET state = 'refused', settled_at = 5", "CHECK");
}

TEST_CASE("constraints: a drop is in a state that exists")
{
    LedgerRig rig;
    with_open_drop(rig);
    require_refused(rig, "UPDATE drops SET state = 'sent'", "CHECK");
}

TEST_CASE("constraints: the id of a drop fits every reader")
{
    LedgerRig rig;
    require_refused(
        rig, insert_drop + "(9007199254740992, 2, 1, 'Coke', 50, 'reserved', 1)", "CHECK");
}

TEST_CASE("constraints: there is one open account of a name, in any case")
{
    LedgerRig rig;
    require_refused(
        rig, "INSERT INTO accounts (kind, name, opened_at) VALUES ('member', 'ANN', 1)", "UNIQUE");
}

TEST_CASE("constraints: an iButton opens one account")
{
    LedgerRig rig;
    rig.add_member("bob", 0);
    rig.commit();
    require_refused(rig, "UPDATE accounts SET ibutton = '01' WHERE kind = 'member'", "UNIQUE");
}

TEST_CASE("constraints: prices and figures are numbers that can be")
{
    LedgerRig rig;
    require_refused(rig, "UPDATE slots SET price = -1", "CHECK");
    require_refused(rig, "UPDATE slots SET sold = -1", "CHECK");
    require_refused(rig, "UPDATE slots SET number = 256 WHERE number = 1", "CHECK");
    require_refused(rig, "UPDATE slots SET sensor = 3", "CHECK");
    require_refused(rig, "UPDATE slots SET price = 'free'", "cannot store TEXT");
}
