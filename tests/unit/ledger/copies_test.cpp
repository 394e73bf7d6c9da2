// Backup and restore.
#include "ledger/copies.hpp"

#include "ledger/read_only.hpp"
#include "ledger/unusable.hpp"
#include "ledger/verify.hpp"
#include "ledger_rig.hpp"
#include "support/catch.hpp"
#include "support/faulty_vfs.hpp"

#include <filesystem>
#include <fstream>
#include <functional>
#include <set>
#include <string>

using Catch::Matchers::Contains;
using ledger::DropEvent;
using ledger::Lock;
using ledger::Unusable;
using ledger::sqlite::Database;
namespace fs = std::filesystem;

namespace {

std::set<std::string> names_in(const fs::path& folder)
{
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator{folder}) names.insert(entry.path().filename());
    return names;
}

std::int64_t balance_in(const fs::path& file)
{
    return ledger::open_read_only(file).integer("SELECT balance FROM accounts WHERE name = 'ann'");
}

void overwrite(const fs::path& file, std::streamoff where, const std::string& bytes)
{
    std::fstream stream{file, std::ios::in | std::ios::out | std::ios::binary};
    stream.seekp(where);
    stream << bytes;
}

void write_text(const fs::path& file, const std::string& text) { std::ofstream{file} << text; }

std::string text_of(const fs::path& file)
{
    std::ifstream stream{file, std::ios::binary};
    return {std::istreambuf_iterator<char>{stream}, {}};
}

}  // namespace

TEST_CASE("backup: a ledger in use is copied as of its last commit")
{
    LedgerRig rig;
    REQUIRE(rig.ledger().add_credits("ann", 5, test_cause).has_value());
    rig.commit();
    REQUIRE(rig.ledger().add_credits("ann", 100, test_cause).has_value());
    ledger::back_up(rig.file, rig.dir / "copy.db");
    REQUIRE(balance_in(rig.dir / "copy.db") == 1'005);
    REQUIRE(ledger::all_hold(ledger::verify(rig.dir / "copy.db")));
    rig.require_sound();
}

TEST_CASE("backup: it is one file, for its owner only")
{
    LedgerRig rig;
    fs::create_directory(rig.dir / "copies");
    const auto copy = rig.dir / "copies" / "copy.db";
    ledger::back_up(rig.file, copy);
    REQUIRE(names_in(rig.dir / "copies") == std::set<std::string>{"copy.db"});
    REQUIRE(
        (fs::status(copy).permissions() & fs::perms::all) ==
        (fs::perms::owner_read | fs::perms::owner_write));
    REQUIRE(balance_in(copy) == 1'000);
}

TEST_CASE("backup: it never overwrites")
{
    LedgerRig rig;
    write_text(rig.dir / "copy.db", "precious");
    REQUIRE_THROWS_WITH(
        ledger::back_up(rig.file, rig.dir / "copy.db"),
        Contains("exists already; a backup never overwrites"));
    REQUIRE(text_of(rig.dir / "copy.db") == "precious");
}

TEST_CASE("backup: what was left of one that was cut off is no obstacle")
{
    LedgerRig rig;
    write_text(rig.dir / "copy.db.unfinished", std::string(10'000, 'x'));
    ledger::back_up(rig.file, rig.dir / "copy.db");
    REQUIRE(balance_in(rig.dir / "copy.db") == 1'000);
    REQUIRE_FALSE(fs::exists(rig.dir / "copy.db.unfinished"));
}

TEST_CASE("backup: one that fails leaves nothing behind")
{
    FaultyVfs disk;
    LedgerRig rig;
    fs::create_directory(rig.dir / "copies");
    disk.fail_writes(SQLITE_FULL);
    REQUIRE_THROWS_WITH(
        ledger::back_up(rig.file, rig.dir / "copies" / "copy.db"),
        Contains("the backup was not written"));
    disk.heal();
    REQUIRE(names_in(rig.dir / "copies").empty());
    rig.require_sound();
}

TEST_CASE("backup: into a folder that does not exist fails")
{
    LedgerRig rig;
    REQUIRE_THROWS_WITH(
        ledger::back_up(rig.file, rig.dir / "none" / "copy.db"), Contains("No such file"));
}

TEST_CASE("backup: of what is no ledger fails and writes nothing")
{
    const TempDir dir;
    REQUIRE_THROWS_AS(ledger::back_up(dir / "none.db", dir / "copy.db"), Unusable);
    write_text(dir / "text", std::string(5'000, 'x'));
    REQUIRE_THROWS_AS(ledger::back_up(dir / "text", dir / "copy.db"), Unusable);
    REQUIRE(names_in(dir.path()) == std::set<std::string>{"text"});
}

TEST_CASE("restore: the ledger is again what it was at the backup")
{
    LedgerRig rig;
    rig.settle(rig.reserve(1), DropEvent::acked);
    rig.commit();
    const auto before = memory_of(rig.ledger(), rig.machine, {"ann", "bob"});
    ledger::back_up(rig.file, rig.dir / "copy.db");
    rig.add_member("bob", 77);
    rig.settle(rig.reserve(1), DropEvent::acked);
    rig.commit();
    rig.close();
    const auto lock = Lock::try_take(rig.file);
    ledger::restore(rig.dir / "copy.db", rig.file, *lock);
    rig.reopen();
    REQUIRE(memory_of(rig.ledger(), rig.machine, {"ann", "bob"}) == before);
    rig.require_sound();
}

TEST_CASE("restore: ids of drops still rise")
{
    LedgerRig rig;
    ledger::back_up(rig.file, rig.dir / "copy.db");
    const auto before = rig.reserve(1);
    rig.commit();
    rig.close();
    const auto lock = Lock::try_take(rig.file);
    ledger::restore(rig.dir / "copy.db", rig.file, *lock);
    rig.now_ms += 1'000;
    rig.reopen();
    REQUIRE(number(rig.reserve(1)) > number(before));
}

TEST_CASE("restore: a drop that was open at the backup is in doubt")
{
    LedgerRig rig;
    const auto drop = rig.reserve(1);
    rig.commit();
    ledger::back_up(rig.file, rig.dir / "copy.db");
    rig.settle(drop, DropEvent::acked);
    rig.commit();
    rig.close();
    const auto lock = Lock::try_take(rig.file);
    ledger::restore(rig.dir / "copy.db", rig.file, *lock);
    rig.reopen();
    REQUIRE(rig.ledger().doubts() == std::vector{drop});
}

TEST_CASE("restore: a missing ledger is made, for its owner only")
{
    LedgerRig rig;
    ledger::back_up(rig.file, rig.dir / "copy.db");
    const auto target = rig.dir / "new.db";
    const auto lock = Lock::try_take(target);
    ledger::restore(rig.dir / "copy.db", target, *lock);
    REQUIRE(balance_in(target) == 1'000);
    REQUIRE(
        (fs::status(target).permissions() & fs::perms::all) ==
        (fs::perms::owner_read | fs::perms::owner_write));
}

TEST_CASE("restore: a write-ahead log that a crash left beside the ledger is not played back")
{
    for (const bool ledger_is_there : {true, false}) {
        CAPTURE(ledger_is_there);
        LedgerRig rig;
        ledger::back_up(rig.file, rig.dir / "copy.db");
        REQUIRE(rig.ledger().add_credits("ann", 500, test_cause).has_value());
        rig.commit();
        // The files as a crash leaves them: the last commit is only in the log.
        const auto crashed = rig.dir / "crashed.db";
        if (ledger_is_there) fs::copy_file(rig.file, crashed);
        fs::copy_file(rig.file.string() + "-wal", crashed.string() + "-wal");
        REQUIRE(fs::file_size(crashed.string() + "-wal") > 0);

        const auto lock = Lock::try_take(crashed);
        ledger::restore(rig.dir / "copy.db", crashed, *lock);
        REQUIRE(balance_in(crashed) == 1'000);
        REQUIRE(ledger::all_hold(ledger::verify(crashed)));
        ledger::Ledger again{crashed};
        REQUIRE(again.find_member("ann")->balance == 1'000);
    }
}

TEST_CASE("restore: a backup that breaks a rule is refused, and the ledger stays as it was")
{
    LedgerRig rig;
    LedgerRig broken;
    broken.tamper("UPDATE slots SET sold = 5 WHERE number = 1");
    rig.close();
    const auto lock = Lock::try_take(rig.file);
    REQUIRE_THROWS_WITH(
        ledger::restore(broken.file, rig.file, *lock),
        Contains("the backup breaks a rule (every figure of items sold is right") &&
            Contains("nothing was restored"));
    rig.reopen();
    REQUIRE(rig.balance("ann") == 1'000);
    rig.require_sound();
}

TEST_CASE("restore: what is no ledger is refused, and the ledger stays as it was")
{
    LedgerRig rig;
    rig.close();
    const auto lock = Lock::try_take(rig.file);
    write_text(rig.dir / "text", std::string(5'000, 'x'));
    REQUIRE_THROWS_WITH(
        ledger::restore(rig.dir / "text", rig.file, *lock),
        Contains("the backup " + (rig.dir / "text").string() + ": "));
    REQUIRE_THROWS_AS(ledger::restore(rig.dir / "none.db", rig.file, *lock), Unusable);
    rig.reopen();
    rig.require_sound();
}

TEST_CASE("restore: a ledger is not restored from itself")
{
    LedgerRig rig;
    rig.close();
    const auto lock = Lock::try_take(rig.file);
    REQUIRE_THROWS_WITH(
        ledger::restore(rig.file, rig.file, *lock), "the backup and the ledger are one file");
}

TEST_CASE("restore: what is there and cannot be used is kept under another name")
{
    const auto spoil = GENERATE(
        as<std::function<void(const fs::path&)>>{},
        [](const fs::path& file) { overwrite(file, 0, std::string(100, 'x')); },
        [](const fs::path& file) { overwrite(file, 4'096, std::string(100, 'x')); },
        [](const fs::path& file) {
        Database{file, Database::Mode::read_write}.execute("PRAGMA user_version = 7");
        },
        [](const fs::path& file) {
        Database{file, Database::Mode::read_write}.execute("PRAGMA application_id = 7");
    });
    LedgerRig rig;
    ledger::back_up(rig.file, rig.dir / "copy.db");
    rig.close();
    spoil(rig.file);
    const auto spoilt = text_of(rig.file);
    write_text(rig.file.string() + "-wal", "what a crash left");
    const auto lock = Lock::try_take(rig.file);
    const auto kept = ledger::restore(rig.dir / "copy.db", rig.file, *lock);
    REQUIRE(kept.has_value());
    REQUIRE(kept->string().starts_with(rig.file.string() + ".before-restore-"));
    REQUIRE(text_of(*kept) == spoilt);
    REQUIRE_FALSE(fs::exists(rig.file.string() + ".restoring"));
    rig.reopen();
    REQUIRE(rig.balance("ann") == 1'000);
    rig.require_sound();
}

TEST_CASE("restore: a ledger that is sound is replaced in place")
{
    LedgerRig rig;
    ledger::back_up(rig.file, rig.dir / "copy.db");
    rig.close();
    const auto lock = Lock::try_take(rig.file);
    REQUIRE_FALSE(ledger::restore(rig.dir / "copy.db", rig.file, *lock).has_value());
    REQUIRE(
        names_in(rig.dir.path()) ==
        std::set<std::string>{"copy.db", "ledger.db", "ledger.db.lock"});
}

TEST_CASE("restore: one that fails midway leaves the ledger as it was")
{
    FaultyVfs disk;
    LedgerRig rig;
    ledger::back_up(rig.file, rig.dir / "copy.db");
    REQUIRE(rig.ledger().add_credits("ann", 500, test_cause).has_value());
    rig.commit();
    rig.close();
    const auto lock = Lock::try_take(rig.file);
    disk.fail_writes(SQLITE_FULL);
    REQUIRE_THROWS_WITH(
        ledger::restore(rig.dir / "copy.db", rig.file, *lock), Contains("was not restored"));
    disk.heal();
    rig.reopen();
    REQUIRE(rig.balance("ann") == 1'500);
    rig.require_sound();
}
