#include "ledger/reports.hpp"

#include "ledger_rig.hpp"
#include "support/catch.hpp"

TEST_CASE("reports: every open account is listed by name, with what it may spend and what is held")
{
    LedgerRig rig;
    ledger::NewAccount bob;
    bob.name = "Bob";
    bob.admin = true;
    bob.ibutton = "01000000123456AB";
    bob.password_hash = "hash";
    REQUIRE(rig.ledger().open_account(bob, test_cause).has_value());
    rig.add_member("cat", 0);
    REQUIRE(rig.ledger().close_account("cat", test_cause).has_value());
    rig.reserve(1);
    rig.commit();

    auto database = ledger::open_read_only(rig.file);
    const auto rows = ledger::list_accounts(database);
    REQUIRE(rows.size() == 2);
    REQUIRE(rows[0].name == "ann");
    REQUIRE(rows[0].balance == 950);
    REQUIRE(rows[0].held == 50);
    REQUIRE_FALSE(rows[0].admin);
    REQUIRE_FALSE(rows[0].has_password);
    REQUIRE(rows[0].ibutton_end.empty());
    REQUIRE(rows[1].name == "Bob");
    REQUIRE(rows[1].admin);
    REQUIRE(rows[1].has_password);
    REQUIRE(rows[1].ibutton_end == "56AB");
}

TEST_CASE("reports: a locked account is listed as locked")
{
    LedgerRig rig;
    ledger::AccountChange change;
    change.locked = true;
    REQUIRE(rig.ledger().change_account("ann", change).has_value());
    rig.commit();
    auto database = ledger::open_read_only(rig.file);
    REQUIRE(ledger::list_accounts(database).at(0).locked);
}

TEST_CASE("reports: doubts are listed with all that an admin needs, the oldest doubt first")
{
    LedgerRig rig;
    const auto late = rig.reserve(1);
    rig.now_ms += 1'000;
    const auto bob = rig.add_member("bob", 100);
    const auto early = rig.reserve(bob, 3);
    rig.settle(early, ledger::DropEvent::lost);
    rig.now_ms += 1'000;
    rig.settle(late, ledger::DropEvent::lost);
    rig.commit();

    auto database = ledger::open_read_only(rig.file);
    const auto rows = ledger::list_doubts(database);
    REQUIRE(rows.size() == 2);
    REQUIRE(rows[0].drop == number(early));
    REQUIRE(rows[1].drop == number(late));
    REQUIRE(rows[1].member == "ann");
    REQUIRE(rows[1].machine == "d");
    REQUIRE(rows[1].slot == 1);
    REQUIRE(rows[1].item == "Coke");
    REQUIRE(rows[1].price == 50);
    REQUIRE(rows[1].opened_at_ms == 1'700'000'000'000);
    REQUIRE(rows[1].doubt_at_ms == 1'700'000'002'000);
    REQUIRE(rows[1].reason == "a test");
}

TEST_CASE("reports: drops that are under way or settled are no doubts")
{
    LedgerRig rig;
    rig.settle(rig.reserve(1), ledger::DropEvent::acked);
    rig.reserve(1);
    rig.commit();
    auto database = ledger::open_read_only(rig.file);
    REQUIRE(ledger::list_doubts(database).empty());
}
