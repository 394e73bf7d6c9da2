// Each rule is planted broken in a file, behind the back of all that guards it, and found.
#include "ledger/verify.hpp"

#include "ledger/unusable.hpp"
#include "ledger_rig.hpp"
#include "support/catch.hpp"

#include <fstream>
#include <string>
#include <vector>

using Rules = std::vector<std::string>;

namespace {

using Catch::Matchers::VectorContains;

Rules broken_rules(const LedgerRig& rig)
{
    Rules broken;
    for (const auto& check : ledger::verify(rig.file)) {
        if (!check.holds()) broken.push_back(check.rule);
    }
    return broken;
}

std::string violation(const LedgerRig& rig, const std::string& rule)
{
    for (const auto& check : ledger::verify(rig.file)) {
        if (check.rule == rule && !check.holds()) return check.violations.front();
    }
    return "nothing";
}

void plant(LedgerRig& rig, const std::string& sql)
{
    rig.commit();
    rig.tamper("DROP TRIGGER IF EXISTS transfers_are_never_removed;" + sql);
}

// A transfer and what it does to balances, whatever that breaks.
std::string transfer(int debit, int credit, int amount, const std::string& drop = "NULL")
{
    const auto n = std::to_string(amount);
    return "INSERT INTO transfers (at, debit, credit, amount, drop_id, actor, reason) VALUES (1, " +
           std::to_string(debit) + ", " + std::to_string(credit) + ", " + n + ", " + drop +
           ", 'a', 'r'); UPDATE accounts SET balance = balance - " + n +
           " WHERE id > 1 AND id = " + std::to_string(debit) +
           "; UPDATE accounts SET balance = balance + " + n +
           " WHERE id > 1 AND id = " + std::to_string(credit) + ";";
}

}  // namespace

TEST_CASE("verify: a sound ledger breaks no rule, and every rule says what it looked at")
{
    LedgerRig rig;
    rig.settle(rig.reserve(1), ledger::DropEvent::acked);
    rig.reserve(3);
    rig.commit();
    const auto checks = ledger::verify(rig.file);
    REQUIRE(ledger::all_hold(checks));
    for (const auto& check : checks) {
        CAPTURE(check.rule);
        REQUIRE(check.looked_at > 0);
    }
}

TEST_CASE("verify: finds a drop that is settled and still open")
{
    LedgerRig rig;
    rig.reserve(2);
    plant(rig, "UPDATE drops SET state = 'refused'");
    REQUIRE(broken_rules(rig) == Rules{"a drop is open or was settled"});
}

TEST_CASE("verify: finds a transfer that takes instead of giving")
{
    LedgerRig rig;
    plant(rig, transfer(1, 2, -10));
    REQUIRE(broken_rules(rig) == Rules{"a transfer moves credits between two accounts"});
}

TEST_CASE("verify: finds damage inside the file")
{
    LedgerRig rig;
    rig.tamper("PRAGMA wal_checkpoint(TRUNCATE)");
    const auto page =
        rig.figure("SELECT rootpage FROM sqlite_schema WHERE name = 'accounts_by_name'");
    {
        std::fstream file{rig.file, std::ios::in | std::ios::out | std::ios::binary};
        file.seekp((page - 1) * 4096);
        file << std::string(64, '\xff');
    }
    REQUIRE_THAT(broken_rules(rig), VectorContains(std::string{"the file is intact"}));
}

TEST_CASE("verify: finds a reference that leads nowhere")
{
    LedgerRig rig;
    rig.settle(rig.reserve(2), ledger::DropEvent::nacked);
    plant(rig, "UPDATE drops SET slot = 99");
    REQUIRE(broken_rules(rig) == Rules{"every reference leads somewhere"});
}

TEST_CASE("verify: finds credits that came from nowhere")
{
    LedgerRig rig;
    plant(rig, "UPDATE accounts SET balance = balance + 1 WHERE name = 'ann'");
    REQUIRE(
        broken_rules(rig) ==
        Rules{"the sum of all accounts is zero", "every balance is the sum of its transfers"});
    REQUIRE(violation(rig, "the sum of all accounts is zero") == "the sum is 1");
}

TEST_CASE("verify: finds credits that moved without a transfer")
{
    LedgerRig rig;
    rig.add_member("bob", 100);
    plant(
        rig,
        "UPDATE accounts SET balance = balance + 1 WHERE name = 'ann';"
        "UPDATE accounts SET balance = balance - 1 WHERE name = 'bob';");
    REQUIRE(broken_rules(rig) == Rules{"every balance is the sum of its transfers"});
    REQUIRE(
        violation(rig, "every balance is the sum of its transfers") ==
        "ann has 1001, its transfers say 1000");
}

TEST_CASE("verify: finds held credits that were spent")
{
    LedgerRig rig;
    rig.reserve(1);
    plant(rig, transfer(2, 1, 951));
    REQUIRE(broken_rules(rig) == Rules{"held credits are there"});
    REQUIRE(violation(rig, "held credits are there") == "ann has 49, 50 of them held");
}

TEST_CASE("verify: finds a hold that no open drop needs, and one that is missing")
{
    for (const std::string held : {"0", "51"}) {
        LedgerRig rig;
        rig.reserve(1);
        plant(rig, "UPDATE accounts SET held = " + held + " WHERE name = 'ann'");
        REQUIRE(broken_rules(rig) == Rules{"every hold is what open drops cost"});
        REQUIRE(
            violation(rig, "every hold is what open drops cost") ==
            "ann has " + held + " held, open drops cost 50");
    }
}

TEST_CASE("verify: finds a held item that no open drop needs")
{
    LedgerRig rig;
    rig.reserve(1);
    plant(rig, "UPDATE slots SET held = 2 WHERE number = 1");
    REQUIRE(broken_rules(rig) == Rules{"every held item is one of an open drop"});
    REQUIRE(
        violation(rig, "every held item is one of an open drop") ==
        "slot 1 of d has 2 held, open drops need 1");
}

TEST_CASE("verify: finds a drop that its account's newest does not lead to")
{
    const std::string rule = "an account leads to its newest drop, and each to the one before";
    for (const std::string lost :
         {"UPDATE accounts SET last_drop = NULL",
          "UPDATE accounts SET last_drop = (SELECT min(id) FROM drops) WHERE name = 'ann'",
          "UPDATE drops SET previous = NULL",
          "UPDATE drops SET previous = (SELECT min(id) FROM drops) "
          "WHERE id = (SELECT max(id) FROM drops)"}) {
        CAPTURE(lost);
        LedgerRig rig;
        for (int drop = 0; drop < 3; ++drop) rig.settle(rig.reserve(2), ledger::DropEvent::acked);
        plant(rig, lost);
        REQUIRE(broken_rules(rig) == Rules{rule});
    }
}

TEST_CASE("verify: finds a member below zero")
{
    LedgerRig rig;
    plant(rig, transfer(2, 1, 1'001));
    REQUIRE(
        broken_rules(rig) == Rules{"held credits are there", "no member's balance is below zero"});
    REQUIRE(violation(rig, "no member's balance is below zero") == "ann has -1");
}

TEST_CASE("verify: finds a closed account that has credits")
{
    LedgerRig rig;
    plant(rig, "UPDATE accounts SET closed_at = 5 WHERE name = 'ann'");
    REQUIRE(broken_rules(rig) == Rules{"a closed account has nothing but holds"});
}

TEST_CASE("verify: finds two drops of one member under way")
{
    LedgerRig rig;
    rig.settle(rig.reserve(1), ledger::DropEvent::lost);
    rig.reserve(1);
    plant(rig, "DROP INDEX open_drops_by_account; UPDATE drops SET state = 'reserved'");
    REQUIRE(broken_rules(rig) == Rules{"one drop under way per member"});
    REQUIRE(violation(rig, "one drop under way per member") == "ann has 2");
}

TEST_CASE("verify: finds a drop that was made dearer, or dispensed, when it was settled already")
{
    const Rules of_credits{
        "the sum of all accounts is zero", "every balance is the sum of its transfers"};
    {
        LedgerRig rig;
        rig.settle(rig.reserve(1), ledger::DropEvent::acked);
        plant(rig, "UPDATE drops SET price = 51");
        REQUIRE(broken_rules(rig) == of_credits);
    }
    {
        LedgerRig rig;
        rig.settle(rig.reserve(1), ledger::DropEvent::nacked);
        plant(rig, "UPDATE drops SET state = 'dispensed'; UPDATE slots SET sold = 1 WHERE id = 1");
        REQUIRE(broken_rules(rig) == of_credits);
    }
}

TEST_CASE("verify: finds a drop that was paid twice")
{
    LedgerRig rig;
    const auto drop = rig.reserve(1);
    rig.settle(drop, ledger::DropEvent::acked);
    plant(rig, transfer(2, 1, 50, std::to_string(number(drop))));
    REQUIRE(broken_rules(rig) == Rules{"a drop is the only transfer that names it"});
}

TEST_CASE("verify: finds a refused drop that was paid")
{
    LedgerRig rig;
    const auto drop = rig.reserve(1);
    rig.settle(drop, ledger::DropEvent::nacked);
    plant(rig, transfer(2, 1, 50, std::to_string(number(drop))));
    REQUIRE(broken_rules(rig) == Rules{"a drop is the only transfer that names it"});
}

TEST_CASE("verify: finds a payment and its taking back, though their sum is nothing")
{
    LedgerRig rig;
    const auto drop = rig.reserve(1);
    rig.settle(drop, ledger::DropEvent::nacked);
    const auto id = std::to_string(number(drop));
    plant(rig, transfer(2, 1, 50, id) + transfer(1, 2, 50, id));
    REQUIRE(broken_rules(rig) == Rules{"a drop is the only transfer that names it"});
}

TEST_CASE("verify: finds a payment for a drop that never was")
{
    LedgerRig rig;
    plant(rig, transfer(2, 1, 50, "4711"));
    REQUIRE(broken_rules(rig) == Rules{"what was paid for removed drops is what they cost"});
    REQUIRE(
        violation(rig, "what was paid for removed drops is what they cost") ==
        "50 was paid, they cost 0");
}

TEST_CASE("verify: finds a paid drop that was removed without a trace")
{
    LedgerRig rig;
    rig.settle(rig.reserve(1), ledger::DropEvent::acked);
    plant(rig, "DROP TRIGGER removed_drops_leave_what_they_did; DELETE FROM drops");
    REQUIRE(
        broken_rules(rig) ==
        Rules{
            "the sum of all accounts is zero", "every balance is the sum of its transfers",
            "every stock is what came in less what left", "every figure of items sold is right"});
}

TEST_CASE("verify: finds a stock that nothing explains")
{
    LedgerRig rig;
    plant(rig, "UPDATE slots SET stock = 11 WHERE number = 1");
    REQUIRE(broken_rules(rig) == Rules{"every stock is what came in less what left"});
    REQUIRE(
        violation(rig, "every stock is what came in less what left") ==
        "slot 1 of d has 11, its changes say 10");
}

TEST_CASE("verify: finds a held item that left")
{
    LedgerRig rig;
    rig.reserve(3);
    plant(
        rig,
        "UPDATE slots SET stock = 0 WHERE number = 3;"
        "INSERT INTO stock_changes (at, slot, amount, actor, reason) VALUES (1, 3, -1, 'a', 'r');");
    REQUIRE(broken_rules(rig) == Rules{"held items are there"});
}

TEST_CASE("verify: finds a wrong figure of items sold")
{
    LedgerRig rig;
    plant(rig, "UPDATE slots SET sold = 5 WHERE number = 1");
    REQUIRE(broken_rules(rig) == Rules{"every figure of items sold is right"});
    REQUIRE(
        violation(rig, "every figure of items sold is right") ==
        "slot 1 of d says 5, its drops say 0");
}

TEST_CASE("verify: shows the first ten violations of a rule")
{
    LedgerRig rig;
    for (int i = 0; i < 20; ++i) rig.add_member("member" + std::to_string(i), 1);
    plant(rig, "UPDATE accounts SET balance = 5 WHERE kind = 'member'");
    for (const auto& check : ledger::verify(rig.file)) {
        CAPTURE(check.rule);
        REQUIRE(check.violations.size() <= 10);
    }
}

TEST_CASE("verify: a file that is missing, or no ledger, can not be looked at")
{
    LedgerRig rig;
    using Catch::Matchers::Contains;
    REQUIRE_THROWS_WITH(ledger::verify(rig.dir / "none.db"), Contains("no such file"));
    const auto text = rig.dir / "text";
    std::ofstream{text} << std::string(5'000, 'x');
    REQUIRE_THROWS_AS(ledger::verify(text), ledger::Unusable);
    std::ofstream{rig.dir / "empty"};
    REQUIRE_THROWS_WITH(ledger::verify(rig.dir / "empty"), Contains("holds no ledger"));
}
