// Ledgers that earlier versions wrote.
#include "ledger/copies.hpp"
#include "ledger/read_only.hpp"
#include "ledger/reports.hpp"
#include "ledger/schema.hpp"
#include "ledger/unusable.hpp"
#include "ledger/verify.hpp"
#include "ledger_rig.hpp"
#include "support/catch.hpp"
#include "support/faulty_vfs.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

using ledger::DropEvent;
using ledger::Ledger;
using ledger::sqlite::Database;
namespace fs = std::filesystem;

namespace {

fs::path fixture(int version)
{
    return fs::path{FIXTURES} / ("version_" + std::to_string(version) + ".sql");
}

std::string fixture_sql(int version)
{
    std::ifstream stream{fixture(version)};
    return {std::istreambuf_iterator<char>{stream}, {}};
}

// A ledger as that version left it.
void write_fixture(int version, const fs::path& file)
{
    Database{file, Database::Mode::create}.execute(fixture_sql(version));
}

std::set<std::string> tables_of(const fs::path& file)
{
    Database database{file, Database::Mode::read_only};
    auto query = database.prepare("SELECT coalesce(sql, name) FROM sqlite_schema");
    std::set<std::string> tables;
    for (query.start(); query.step();) tables.insert(query.text(0));
    return tables;
}

}  // namespace

TEST_CASE("versions: a ledger of every earlier one opens, verifies and becomes as a new one")
{
    for (int version = 1; version < ledger::schema_version(); ++version) {
        CAPTURE(version);
        // Whoever adds a version adds a ledger of the one before: fixtures/version_1.sql says how.
        REQUIRE(fs::exists(fixture(version)));
        const TempDir dir;
        write_fixture(version, dir / "old.db");
        {
            const Ledger old{dir / "old.db"};
        }
        {
            const Ledger made_now{dir / "new.db"};
        }
        for (const auto& check : ledger::verify(dir / "old.db")) {
            CAPTURE(check.rule, check.violations);
            REQUIRE(check.holds());
        }
        REQUIRE(tables_of(dir / "old.db") == tables_of(dir / "new.db"));
    }
}

TEST_CASE("versions: what version 1 knew is known")
{
    const TempDir dir;
    write_fixture(1, dir / "ledger.db");
    Ledger ledger{dir / "ledger.db"};
    const auto ann = ledger.find_member("ANN");
    REQUIRE(ann->balance == 860);
    REQUIRE(ann->admin);
    REQUIRE(ledger.find_ibutton("01000000123456AB") == ann->account);
    REQUIRE(ledger.find_member("bob")->balance == 230);
    REQUIRE_FALSE(ledger.find_member("cat").has_value());
    REQUIRE(ledger.find_member("dan")->balance == 60);
    REQUIRE(ledger.doubts().size() == 3);  // Of cat and of bob; and the one under way at the end.

    std::vector machines{machine_setting("d")};
    machines[0].slots[0].count = 6;
    const auto machine = ledger.take_settings(machines).at(0);
    REQUIRE(
        memory_of(ledger, machine, {}) ==
        "1 Coke 50 stock 8 held 2 sold 2 on sensor 2\n"
        "2 Water 0 stock -1 held 1 sold 1 on sensor 0\n"
        "3 Tea 30 stock 1 held 0 sold 0 on sensor 1\n"
        "4 Juice 40 stock 0 held 0 sold 1 on sensor 2\n");
    REQUIRE(ledger.last_temperature(machine)->fahrenheit == 39.25);
    REQUIRE(ledger.reply_of("0123456789abcdef0123456789abcdef").has_value());
}

TEST_CASE("versions: what version 2 knew is known")
{
    const TempDir dir;
    write_fixture(2, dir / "ledger.db");
    Ledger ledger{dir / "ledger.db"};
    REQUIRE(ledger.find_member("ann")->balance == 745);  // 815, less the one under way at the end.
    REQUIRE(ledger.find_member("bob")->balance == 80);   // 200, less what three doubts hold.
    REQUIRE(ledger.doubts().size() == 5);
    auto database = ledger::open_read_only(dir / "ledger.db");
    ledger::History history{database};
    const auto ann = ledger::find_account(database, "ann").value();
    std::vector<std::string> events;
    for (const auto& drop : history.drops(ann, 100)) events.push_back(drop.item + " " + drop.state);
    REQUIRE(
        events == std::vector<std::string>{
                      "Mate in_doubt", "Water dispensed", "Mate refused", "Mate dispensed",
                      "Coke dispensed", "Coke refunded", "Juice refused", "Juice dispensed"});
}

TEST_CASE("versions: the payments of version 3 are the same as its dispensed drops")
{
    const auto payments_in = [](const fs::path& file, const std::string& table) {
        return Database{file, Database::Mode::read_only}.text(
            "SELECT group_concat(format('%d paid %d for %d by %s: %s', debit, amount, drop_id, "
            "actor, "
            "reason), char(10)) FROM (SELECT * FROM " +
            table + " ORDER BY drop_id, debit)");
    };
    const TempDir dir;
    const auto file = dir / "ledger.db";
    write_fixture(3, file);
    const auto before = payments_in(file, "transfers");
    {
        const Ledger ledger{file};
    }
    REQUIRE(payments_in(file, "all_transfers") == before);
    Database database{file, Database::Mode::read_only};
    REQUIRE(
        database.integer("SELECT count(*) FROM transfers JOIN drops ON drops.id = drop_id") == 0);
    REQUIRE(database.integer("SELECT count(*) FROM transfers WHERE drop_id IS NOT NULL") == 2);
}

TEST_CASE("versions: one whose drops were not all paid once is not brought up to date")
{
    for (const std::string sql :
         {"UPDATE drops SET price = price + 1 WHERE state = 'dispensed' AND price > 0",
          "UPDATE drops SET state = 'dispensed' WHERE state = 'refused'",
          "INSERT INTO transfers SELECT id + 1000, at, 3, 2, amount, drop_id, actor, reason "
          "FROM transfers WHERE drop_id IN (SELECT id FROM drops) LIMIT 1",
          "INSERT INTO transfers SELECT id + 1000, at, debit, credit, amount, drop_id, actor, "
          "reason "
          "FROM transfers WHERE drop_id IN (SELECT id FROM drops) LIMIT 1"}) {
        CAPTURE(sql);
        const TempDir dir;
        write_fixture(3, dir / "ledger.db");
        Database{dir / "ledger.db", Database::Mode::read_write}.execute(sql);
        REQUIRE_THROWS_WITH(
            Ledger{dir / "ledger.db"},
            Catch::Matchers::Contains("each dispensed drop was paid once"));
        REQUIRE(
            Database{dir / "ledger.db", Database::Mode::read_only}.integer("PRAGMA user_version") ==
            3);
    }
}

TEST_CASE("versions: one whose sum is not zero is not brought up to date")
{
    const TempDir dir;
    auto sql = fixture_sql(2);
    const std::string balance_of_ann = "'ann',815,";
    sql.replace(sql.find(balance_of_ann), balance_of_ann.size(), "'ann',816,");
    Database{dir / "ledger.db", Database::Mode::create}.execute(sql);
    REQUIRE_THROWS_WITH(
        Ledger{dir / "ledger.db"}, Catch::Matchers::Contains("the sum of all accounts is zero"));
    REQUIRE(
        Database{dir / "ledger.db", Database::Mode::read_only}.integer("PRAGMA user_version") == 2);
}

TEST_CASE("versions: what a closed account got back names no drop any more")
{
    const TempDir dir;
    write_fixture(1, dir / "ledger.db");
    Ledger ledger{dir / "ledger.db"};
    auto database = ledger::open_read_only(dir / "ledger.db");
    // It looks the same in version 1, but for the state of the drop.
    REQUIRE(
        database.integer("SELECT count(*) FROM transfers WHERE reason = 'account closed' "
                         "AND actor = 'console:root' AND drop_id IS NULL") == 1);
    REQUIRE(
        database.integer("SELECT count(*) FROM all_transfers JOIN drops ON drops.id = drop_id "
                         "WHERE reason = 'account closed' AND state = 'dispensed'") == 1);
    REQUIRE(ledger.settle(ledger.doubts().at(0), DropEvent::charged, test_cause)->changed);
    REQUIRE(ledger.commit() == Ledger::Commit::kept);
    REQUIRE(ledger::all_hold(ledger::verify(dir / "ledger.db")));
}

TEST_CASE("versions: a ledger on a disk that fills up while it is brought up to date is not lost")
{
    FaultyVfs disk;
    bool filled_up = true;
    for (int writes = 0; filled_up; ++writes) {
        CAPTURE(writes);
        const TempDir dir;
        write_fixture(1, dir / "ledger.db");
        disk.fail_writes(SQLITE_FULL, FaultyVfs::for_ever, writes);
        try {
            const Ledger ledger{dir / "ledger.db"};
            filled_up = false;
        } catch (const ledger::Unusable&) {
        }
        disk.heal();
        REQUIRE(Ledger{dir / "ledger.db"}.find_member("ann")->balance == 860);
        REQUIRE(ledger::all_hold(ledger::verify(dir / "ledger.db")));
    }
}

TEST_CASE("versions: a backup of an earlier one is restored, up to date, and stays as it is")
{
    LedgerRig rig;
    rig.close();
    const auto old = rig.dir / "old.db";
    write_fixture(1, old);
    const auto lock = ledger::Lock::try_take(rig.file);
    ledger::restore(old, rig.file, *lock);
    REQUIRE(ledger::all_hold(ledger::verify(rig.file)));
    REQUIRE(Ledger{rig.file}.find_member("ann")->balance == 860);
    REQUIRE(Database{old, Database::Mode::read_only}.integer("PRAGMA user_version") == 1);
}

TEST_CASE("versions: what only reads says of an earlier one what to do")
{
    const TempDir dir;
    write_fixture(1, dir / "ledger.db");
    REQUIRE_THROWS_WITH(
        ledger::verify(dir / "ledger.db"),
        "it was written by an older drinkd: start the daemon once to bring it up to date");
}
