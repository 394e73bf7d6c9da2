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

TEST_CASE("reports: a doubt comes with its evidence, and with who can still settle it")
{
    LedgerRig rig;
    const auto plain = rig.reserve(1);
    rig.settle(plain, ledger::DropEvent::lost);
    std::vector<DropId> with_id;
    for (int drop = 0; drop < 2; ++drop) {
        rig.now_ms += 1'000;
        const auto reserved =
            rig.ledger().reserve(rig.ann, rig.machine, 1, protocol::BoardProtocol::tini2);
        with_id.push_back(reserved->drop);
        rig.settle(with_id.back(), ledger::DropEvent::lost);
    }
    rig.now_ms += 1'000;
    rig.ledger().add_evidence(rig.machine, "an ack that nothing waited for");
    rig.now_ms += 1'000;
    rig.ledger().note_never_known(with_id[0]);
    rig.commit();

    auto database = ledger::open_read_only(rig.file);
    const auto rows = ledger::list_doubts(database);
    REQUIRE(rows.size() == 3);
    REQUIRE_FALSE(rows[0].has_id);
    REQUIRE_FALSE(rows[0].board_may_know);
    REQUIRE(rows[1].has_id);
    REQUIRE_FALSE(rows[1].board_may_know);
    REQUIRE(rows[2].has_id);
    REQUIRE(rows[2].board_may_know);
    REQUIRE(rows[0].evidence.size() == 1);
    REQUIRE(rows[0].evidence[0].at_ms == 1'700'000'003'000);
    REQUIRE(rows[0].evidence[0].what == "an ack that nothing waited for");
    REQUIRE(rows[1].evidence.size() == 2);
    REQUIRE(rows[1].evidence[1].what == "the board does not know whether it dropped");
}

TEST_CASE("reports: an account is found by its name, or else the last closed one of that name")
{
    LedgerRig rig;
    const auto find = [&](std::string_view name) {
        rig.commit();
        auto database = ledger::open_read_only(rig.file);
        return ledger::find_account(database, name);
    };
    REQUIRE(find("ANN") == number(rig.ann));
    REQUIRE_FALSE(find("bob").has_value());
    REQUIRE_FALSE(find("(house)").has_value());
    const auto first = rig.add_member("bob", 0);
    REQUIRE(rig.ledger().close_account("bob", test_cause).has_value());
    REQUIRE(find("bob") == number(first));
    rig.now_ms += 1'000;
    const auto second = rig.add_member("bob", 0);
    REQUIRE(find("bob") == number(second));
    REQUIRE(rig.ledger().close_account("bob", test_cause).has_value());
    REQUIRE(find("bob") == number(second));
}

TEST_CASE("reports: a member's drops tell what became of each, the newest first")
{
    LedgerRig rig;
    const auto bob = rig.add_member("bob", 100);
    rig.settle(rig.reserve(bob, 1), ledger::DropEvent::acked);
    const auto settled = rig.reserve(1);
    rig.settle(settled, ledger::DropEvent::lost);
    rig.now_ms += 1'000;
    const ledger::Cause admin{.actor = "console:root", .reason = "nothing fell"};
    REQUIRE(rig.ledger().settle(settled, ledger::DropEvent::refunded, admin)->changed);
    const auto doubt = rig.reserve(3);
    rig.settle(doubt, ledger::DropEvent::lost);
    const auto under_way = rig.reserve(1);
    rig.commit();

    auto database = ledger::open_read_only(rig.file);
    ledger::History history{database};
    const auto rows = history.drops(number(rig.ann), 10);
    REQUIRE(rows.size() == 3);
    REQUIRE(rows[0].drop == number(under_way));
    REQUIRE(rows[0].state == "reserved");
    REQUIRE(rows[0].doubt_reason.empty());
    REQUIRE(rows[1].drop == number(doubt));
    REQUIRE(rows[1].state == "in_doubt");
    REQUIRE(rows[1].doubt_reason == "a test");
    REQUIRE_FALSE(rows[1].settled_at_ms.has_value());
    REQUIRE(rows[2].drop == number(settled));
    REQUIRE(rows[2].machine == "d");
    REQUIRE(rows[2].slot == 1);
    REQUIRE(rows[2].item == "Coke");
    REQUIRE(rows[2].price == 50);
    REQUIRE(rows[2].opened_at_ms == 1'700'000'000'000);
    REQUIRE(rows[2].state == "refunded");
    REQUIRE(rows[2].settled_at_ms == 1'700'000'001'000);
    REQUIRE(rows[2].settled_by == "console:root");
    REQUIRE(rows[2].settled_reason == "nothing fell");
    REQUIRE(history.drops(number(rig.ann), 2).size() == 2);
    REQUIRE(history.drops(number(rig.ann), 2)[1].drop == number(doubt));
}

TEST_CASE("reports: a doubt is found also where newer drops of the member were removed")
{
    LedgerRig rig;
    const auto doubt = rig.reserve(1);
    rig.settle(doubt, ledger::DropEvent::lost);
    rig.settle(rig.reserve(2), ledger::DropEvent::acked);
    rig.now_ms += 2 * 86'400'000;
    const auto last = rig.reserve(2);
    rig.settle(last, ledger::DropEvent::acked);
    REQUIRE(rig.ledger().prune({.drops = std::chrono::days{1}, .temperatures = {}}, 10).drops == 1);
    rig.commit();
    auto database = ledger::open_read_only(rig.file);
    ledger::History history{database};
    const auto rows = history.drops(number(rig.ann), 10);
    REQUIRE(rows.size() == 2);
    REQUIRE(rows[0].drop == number(last));
    REQUIRE(rows[1].drop == number(doubt));
}

TEST_CASE("reports: a history is of one member")
{
    LedgerRig rig;
    const auto bob = rig.add_member("bob", 100);
    rig.settle(rig.reserve(1), ledger::DropEvent::acked);
    rig.settle(rig.reserve(bob, 1), ledger::DropEvent::acked);
    rig.settle(rig.reserve(2), ledger::DropEvent::acked);
    rig.commit();
    auto database = ledger::open_read_only(rig.file);
    ledger::History history{database};
    REQUIRE(history.drops(number(rig.ann), 10).size() == 2);
    REQUIRE(history.drops(number(bob), 10).size() == 1);
}

TEST_CASE("reports: a member's transfers are those that paid no drop, the newest first")
{
    LedgerRig rig;
    rig.settle(rig.reserve(1), ledger::DropEvent::acked);
    REQUIRE(rig.ledger().add_credits("ann", -30, test_cause).has_value());
    rig.commit();
    auto database = ledger::open_read_only(rig.file);
    ledger::History history{database};
    const auto rows = history.transfers(number(rig.ann), 10);
    REQUIRE(rows.size() == 2);
    REQUIRE(rows[0].credits == -30);
    REQUIRE(rows[0].actor == "tester");
    REQUIRE(rows[0].reason == "a test");
    REQUIRE(rows[1].credits == 1'000);
    REQUIRE(history.transfers(number(rig.ann), 1).size() == 1);
}

TEST_CASE("reports: a history is a member's drops and transfers together, the newest first")
{
    LedgerRig rig;
    rig.now_ms += 1'000;
    rig.settle(rig.reserve(1), ledger::DropEvent::acked);
    rig.now_ms += 1'000;
    REQUIRE(rig.ledger().add_credits("ann", -30, test_cause).has_value());

    // The ledger tells what is not committed yet, as it does of everything.
    const auto rows = rig.ledger().history(rig.ann, 10);
    REQUIRE(rows.size() == 3);
    REQUIRE(std::get<ledger::TransferRow>(rows[0]).credits == -30);
    REQUIRE(std::get<ledger::DropRow>(rows[1]).state == "dispensed");
    REQUIRE(std::get<ledger::TransferRow>(rows[2]).credits == 1'000);
    REQUIRE(rig.ledger().history(rig.ann, 2).size() == 2);
}
