// Opening a ledger's file, and what is known again after a restart.
#include "ledger/schema.hpp"
#include "ledger/unusable.hpp"
#include "ledger_rig.hpp"
#include "support/catch.hpp"

#include <filesystem>
#include <fstream>
#include <string>

using Catch::Matchers::Contains;
using ledger::DropEvent;
using ledger::Ledger;
using ledger::Unusable;
using ledger::sqlite::Database;
namespace fs = std::filesystem;

namespace {

ledger::Surroundings at(std::int64_t now_ms)
{
    return {.now_ms = [now_ms] { return now_ms; }, .report_fault = [](std::string_view) {}};
}

std::string bytes_of(const fs::path& file)
{
    std::ifstream stream{file, std::ios::binary};
    return {std::istreambuf_iterator<char>{stream}, {}};
}

}  // namespace

TEST_CASE("ledger file: a missing one is made, for its owner only")
{
    const TempDir dir;
    const Ledger ledger{dir / "ledger.db"};
    for (const auto* name : {"ledger.db", "ledger.db-wal", "ledger.db-shm"}) {
        CAPTURE(name);
        REQUIRE(
            (fs::status(dir / name).permissions() & fs::perms::all) ==
            (fs::perms::owner_read | fs::perms::owner_write));
    }
}

TEST_CASE("ledger file: in a folder that does not exist none is made")
{
    const TempDir dir;
    REQUIRE_THROWS_WITH(
        Ledger(dir / "none" / "ledger.db"), Contains("cannot be created: No such file"));
}

TEST_CASE("ledger file: a folder is none")
{
    const TempDir dir;
    REQUIRE_THROWS_AS(Ledger(dir.path()), Unusable);
}

TEST_CASE("ledger file: a file that is no database is refused and stays as it is")
{
    const TempDir dir;
    const std::string text(5'000, 'x');
    std::ofstream{dir / "ledger.db"} << text;
    REQUIRE_THROWS_WITH(Ledger(dir / "ledger.db"), Contains("not a database"));
    REQUIRE(bytes_of(dir / "ledger.db") == text);
}

TEST_CASE("ledger file: another program's database is refused and stays as it is")
{
    const TempDir dir;
    Database{dir / "other.db", Database::Mode::create}.execute("CREATE TABLE songs (title TEXT)");
    const auto before = bytes_of(dir / "other.db");
    REQUIRE_THROWS_WITH(Ledger(dir / "other.db"), "it is a database of another program");
    REQUIRE(bytes_of(dir / "other.db") == before);
}

TEST_CASE("ledger file: one of a newer drinkd is refused with what to do")
{
    LedgerRig rig;
    rig.tamper("PRAGMA user_version = 7");
    REQUIRE_THROWS_WITH(
        rig.reopen(), "it was written by a newer drinkd (tables of version 7, this one knows " +
                          std::to_string(ledger::schema_version()) + "): install that version");
}

TEST_CASE("ledger file: one that another program keeps locked is refused")
{
    LedgerRig rig;
    rig.close();
    Database other{rig.file, Database::Mode::read_write};
    other.execute("BEGIN IMMEDIATE");
    REQUIRE_THROWS_WITH(rig.reopen(), "another program has locked it");
}

TEST_CASE("ledger file: after a restart everything that was committed is known")
{
    LedgerRig rig;
    const auto bob = rig.add_member("bob", 300);
    ledger::AccountChange change;
    change.admin = true;
    REQUIRE(rig.ledger().change_account("bob", change).has_value());
    rig.settle(rig.reserve(1), DropEvent::acked);
    rig.settle(rig.reserve(bob, 3), DropEvent::lost);
    rig.sense(4, Sensor::present);
    rig.commit();
    const auto before = memory_of(rig.ledger(), rig.machine, {"ann", "bob"});
    rig.reopen();
    REQUIRE(memory_of(rig.ledger(), rig.machine, {"ann", "bob"}) == before);
    rig.require_sound();
}

TEST_CASE("ledger file: after a restart nothing that was not committed is known")
{
    LedgerRig rig;
    const auto before = memory_of(rig.ledger(), rig.machine, {"ann", "bob"});
    rig.add_member("bob", 300);
    rig.reserve(1);
    rig.reopen();
    REQUIRE(memory_of(rig.ledger(), rig.machine, {"ann", "bob"}) == before);
    rig.require_sound();
}

TEST_CASE("ledger file: a rollback forgets everything since the last commit")
{
    LedgerRig rig;
    rig.settle(rig.reserve(1), DropEvent::lost);
    rig.commit();
    const auto before = memory_of(rig.ledger(), rig.machine, {"ann", "bob"});
    rig.add_member("bob", 300);
    rig.reserve(1);
    rig.settle(rig.ledger().doubts().at(0), DropEvent::refunded);
    rig.sense(4, Sensor::present);
    rig.ledger().rollback();
    REQUIRE(memory_of(rig.ledger(), rig.machine, {"ann", "bob"}) == before);
    rig.require_sound();
    rig.reserve(1);
}

TEST_CASE("ledger file: after a restart every open drop is in doubt, since then or for longer")
{
    LedgerRig rig;
    const auto doubt = rig.reserve(1);
    rig.settle(doubt, DropEvent::lost);
    const auto reserved = rig.reserve(1);
    rig.commit();
    rig.now_ms += 3'600'000;
    rig.reopen();
    REQUIRE(rig.ledger().doubts() == std::vector{doubt, reserved});
    REQUIRE(
        rig.text("SELECT group_concat(doubt_at, ' ') FROM drops") == "1700000000000 1700003600000");
    REQUIRE(rig.balance("ann") == 900);
    rig.require_sound();
}

TEST_CASE("ledger file: a drop that a restart put in doubt says so")
{
    LedgerRig rig;
    rig.reserve(1);
    rig.commit();
    rig.reopen();
    REQUIRE(rig.text("SELECT doubt_reason FROM drops") == "the daemon was restarted");
}

TEST_CASE("ledger file: after a restart a member with an open drop may drop again")
{
    LedgerRig rig;
    rig.reserve(1);
    rig.commit();
    rig.reopen();
    rig.reserve(1);
    rig.require_sound();
}

TEST_CASE("ledger file: ids of drops rise from one to the next and start from the clock")
{
    LedgerRig rig;
    const auto first = rig.reserve(1);
    REQUIRE(number(first) == std::int64_t{1'700'000'000} << 20);
    rig.settle(first, DropEvent::acked);
    REQUIRE(number(rig.reserve(1)) == number(first) + 1);
}

TEST_CASE("ledger file: ids of drops rise over a restart, even when the clock was put back")
{
    LedgerRig rig;
    const auto first = rig.reserve(1);
    rig.settle(first, DropEvent::acked);
    rig.commit();
    rig.now_ms -= 86'400'000;
    rig.reopen();
    const auto second = rig.reserve(1);
    REQUIRE(number(second) == number(first) + 1);
    rig.settle(second, DropEvent::acked);
    rig.commit();
    rig.now_ms += 2 * 86'400'000;
    rig.reopen();
    REQUIRE(number(rig.reserve(1)) == std::int64_t{1'700'086'400} << 20);
}

TEST_CASE("ledger file: ids of drops rise over a new ledger")
{
    LedgerRig before;
    const auto last = before.reserve(1);
    LedgerRig after;
    after.now_ms += 1'000;
    after.reopen();
    REQUIRE(number(after.reserve(1)) > number(last));
}

TEST_CASE("ledger file: ids of drops stay exact in every reader for centuries")
{
    const TempDir dir;
    constexpr std::int64_t year_2200_ms = 7'258'118'400'000;
    Ledger ledger{dir / "ledger.db", at(year_2200_ms)};
    const std::vector machines{machine_setting("d")};
    const auto key = ledger.take_settings(machines).at(0);
    ledger::NewAccount ann;
    ann.name = "ann";
    const auto account = ledger.open_account(ann, test_cause)->account;
    REQUIRE(number(ledger.reserve(account, key, 2)->drop) < std::int64_t{1} << 53);
    REQUIRE(ledger.commit() == Ledger::Commit::kept);
}
