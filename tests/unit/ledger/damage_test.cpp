// What a broken disk, a torn write or a careless hand made of a ledger's files.
#include "ledger/damage.hpp"

#include "ledger/read_only.hpp"
#include "ledger/verify.hpp"
#include "ledger_rig.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

using Catch::Matchers::Contains;
using ledger::DropEvent;
using ledger::Ledger;
using ledger::sqlite::Database;
namespace fs = std::filesystem;

namespace {

constexpr std::streamoff page_bytes = 4'096;

void overwrite(const fs::path& file, std::streamoff where, const std::string& bytes)
{
    std::fstream stream{file, std::ios::in | std::ios::out | std::ios::binary};
    stream.seekp(where);
    stream << bytes;
}

// The first page of a table or an index, which says what kind of page it is.
std::streamoff page_of(LedgerRig& rig, const std::string& name)
{
    const auto number =
        rig.figure("SELECT rootpage FROM sqlite_schema WHERE name = '" + name + "'");
    return (number - 1) * page_bytes;
}

std::vector<std::string> tables_and_indexes(LedgerRig& rig)
{
    auto database = Database{rig.file, Database::Mode::read_write};
    auto query = database.prepare("SELECT name FROM sqlite_schema WHERE rootpage > 0");
    std::vector<std::string> names;
    for (query.start(); query.step();) names.push_back(query.text(0));
    return names;
}

// A closed ledger with something in most tables, all of it in the one file.
struct Closed : LedgerRig {
    Closed()
    {
        settle(reserve(1), DropEvent::acked);
        settle(reserve(1), DropEvent::lost);
        ledger().add_evidence(machine, "a trace");
        ledger().add_temperature(machine, 38.5);
        commit();
        close();
    }
};

// The files of a ledger as a power failure leaves them: its last commits are in the log only.
class Crashed {
public:
    Crashed()
    {
        rig_.reopen();  // Brings what there is so far from the log into the file.
        for (int commit = 0; commit < 5; ++commit) {
            rig_.settle(rig_.reserve(1), DropEvent::acked);
            rig_.commit();
            balances_.push_back(rig_.balance("ann"));
        }
        fs::copy_file(rig_.file, file);
        fs::copy_file(rig_.file.string() + "-wal", log);
    }

    /// What opens is the ledger as it was after one of its commits, and holds every rule.
    std::int64_t balance_of_ann()
    {
        const Ledger ledger{file};
        REQUIRE(ledger::all_hold(ledger::verify(file)));
        return ledger::open_read_only(file).integer(
            "SELECT balance FROM accounts WHERE name = 'ann'");
    }
    const std::vector<std::int64_t>& balances() const { return balances_; }

private:
    LedgerRig rig_;
    std::vector<std::int64_t> balances_{1'000};

public:
    const fs::path file = rig_.dir / "crashed.db";
    const fs::path log = rig_.dir / "crashed.db-wal";
};

}  // namespace

TEST_CASE("damage: a broken header is told, with what to do")
{
    Closed rig;
    overwrite(rig.file, 0, std::string(100, 'x'));
    REQUIRE_THROWS_WITH(
        rig.reopen(),
        "it is damaged (file is not a database): 'drinkd ledger verify' tells more, "
        "'drinkd ledger restore' puts a backup in its place");
}

TEST_CASE("damage: a broken page of any table or index is found at the start")
{
    LedgerRig names;
    for (const auto& name : tables_and_indexes(names)) {
        CAPTURE(name);
        Closed rig;
        overwrite(rig.file, page_of(rig, name), std::string(64, '\xff'));
        REQUIRE_THROWS_WITH(rig.reopen(), Contains("it is damaged ("));
    }
}

TEST_CASE("damage: of a large file only what is loaded is looked at")
{
    constexpr std::int64_t all_are_large = 0;
    for (const auto& [name, found] :
         {std::pair{"accounts", true},
          {"accounts_by_name", true},
          {"slots", true},
          {"transfers", false}}) {
        CAPTURE(name);
        Closed rig;
        overwrite(rig.file, page_of(rig, name), std::string(64, '\xff'));
        Database database{rig.file, Database::Mode::read_write};
        if (found) {
            REQUIRE_THROWS_WITH(
                ledger::refuse_damage(database, all_are_large), Contains("it is damaged ("));
        } else {
            ledger::refuse_damage(database, all_are_large);
        }
    }
}

TEST_CASE("damage: holds that are not what open drops need are found at the start")
{
    for (const std::string change :
         {"UPDATE accounts SET held = 49 WHERE name = 'ann'",
          "UPDATE slots SET held = 2 WHERE number = 1"}) {
        CAPTURE(change);
        LedgerRig rig;
        rig.reserve(1);
        rig.commit();
        rig.tamper(change);
        REQUIRE_THROWS_WITH(rig.reopen(), Contains("what is held is not what open drops need"));
    }
}

TEST_CASE("damage: a ledger without a house is found at the start")
{
    LedgerRig rig;
    rig.tamper("DELETE FROM accounts WHERE kind = 'house'");
    REQUIRE_THROWS_WITH(rig.reopen(), Contains("the house has no account"));
}

TEST_CASE("damage: an open drop of nobody, of nothing or in no state is found at the start")
{
    for (const std::string change : {"account = 99", "slot = 99", "state = 'refused'"}) {
        CAPTURE(change);
        LedgerRig rig;
        rig.reserve(1);
        rig.commit();
        rig.tamper("UPDATE drops SET " + change);
        REQUIRE_THROWS_WITH(rig.reopen(), Contains("it is damaged ("));
    }
}

TEST_CASE("damage: a write-ahead log that was cut off leaves the ledger of an earlier commit")
{
    const auto size = fs::file_size(Crashed{}.log);
    std::vector<std::uintmax_t> cuts{0, 1, 31, 32, 33, 32 + 24 + page_bytes, size - 1, size};
    for (std::uintmax_t cut = 777; cut < size; cut += 7'777) cuts.push_back(cut);
    std::ranges::sort(cuts);
    std::int64_t before = 1'000;
    for (const auto cut : cuts) {
        CAPTURE(cut, size);
        Crashed crashed;
        fs::resize_file(crashed.log, cut);
        const auto balance = crashed.balance_of_ann();
        REQUIRE_THAT(crashed.balances(), Catch::Matchers::VectorContains(balance));
        REQUIRE(balance <= before);  // The longer the log, the more of it is there.
        before = balance;
    }
    REQUIRE(before == 750);
}

TEST_CASE("damage: what was garbled in a write-ahead log, and all behind it, is not played back")
{
    const auto size = static_cast<std::streamoff>(fs::file_size(Crashed{}.log));
    for (std::streamoff where = 0; where < size; where += 5'555) {
        CAPTURE(where, size);
        Crashed crashed;
        overwrite(crashed.log, where, std::string(20, '\x5a'));
        REQUIRE_THAT(crashed.balances(), Catch::Matchers::VectorContains(crashed.balance_of_ann()));
    }
}

TEST_CASE("damage: garbage behind a write-ahead log is ignored")
{
    Crashed crashed;
    std::ofstream{crashed.log, std::ios::app | std::ios::binary} << std::string(10'000, 'x');
    REQUIRE(crashed.balance_of_ann() == 750);
}
