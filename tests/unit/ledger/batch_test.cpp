// Many operations, one commit; and what a fault of one, or of the disk, does to all of them.
#include "ledger/batch.hpp"

#include "ledger_rig.hpp"
#include "support/catch.hpp"
#include "support/faulty_vfs.hpp"

#include <functional>
#include <stdexcept>
#include <utility>
#include <vector>

using ledger::DropEvent;
using ledger::Ledger;

namespace {

class TestOperation : public ledger::Operation {
public:
    explicit TestOperation(std::function<void(Ledger&)> work) : work_{std::move(work)} {}

    void run(Ledger& ledger) override
    {
        ++runs;
        work_(ledger);
    }
    void fail() override { failed = true; }

    int runs = 0;
    bool failed = false;

private:
    std::function<void(Ledger&)> work_;
};

TestOperation give_ann(Credits credits)
{
    return TestOperation{
        [credits](Ledger& ledger) { ledger.add_credits("ann", credits, test_cause).value(); }};
}

TestOperation refused_one()
{
    return TestOperation{[](Ledger& ledger) {
        REQUIRE(ledger.add_credits("ann", -100'000, test_cause).error() == Refusal::poor);
    }};
}

TestOperation faulty_one()
{
    return TestOperation{[](Ledger& ledger) {
        ledger.add_credits("ann", 1'000'000, test_cause).value();
        throw ledger::sqlite::Error{SQLITE_CONSTRAINT, "a planted fault"};
    }};
}

template <class... Operations>
bool run(LedgerRig& rig, Operations&... operations)
{
    const std::vector<ledger::Operation*> all{&operations...};
    const auto result = ledger::run_batch(rig.ledger(), all);
    REQUIRE(result.unknown.empty());
    return result.all_done;
}

std::int64_t balance_in_file(LedgerRig& rig)
{
    return rig.figure("SELECT balance FROM accounts WHERE name = 'ann'");
}

// A ledger whose file can fail. The file system is made first and goes last.
struct FaultyRig {
    FaultyVfs disk;
    LedgerRig rig;
};

}  // namespace

TEST_CASE("batch: all operations of one share a commit, in their order")
{
    LedgerRig rig;
    const auto batch = rig.figure("SELECT batch FROM ledger");
    auto first = give_ann(-1'000);
    auto second = refused_one();
    auto third = give_ann(7);
    REQUIRE(run(rig, first, second, third));
    REQUIRE(rig.figure("SELECT batch FROM ledger") == batch + 1);
    REQUIRE(balance_in_file(rig) == 7);
    rig.require_sound();
}

TEST_CASE("batch: one that only reads writes nothing")
{
    LedgerRig rig;
    const auto batch = rig.figure("SELECT batch FROM ledger");
    auto reader = refused_one();
    REQUIRE(run(rig, reader));
    REQUIRE(rig.figure("SELECT batch FROM ledger") == batch);
}

TEST_CASE("batch: only one that wrote says that the file can be written")
{
    FaultyRig faulty;
    auto& [disk, rig] = faulty;
    auto reader = refused_one();
    auto writer = give_ann(1);
    const std::vector<ledger::Operation*> reads{&reader};
    const std::vector<ledger::Operation*> writes{&reader, &writer};
    disk.fail_writes(SQLITE_FULL);
    REQUIRE(ledger::run_batch(rig.ledger(), reads).all_done);
    REQUIRE_FALSE(ledger::run_batch(rig.ledger(), reads).wrote);
    REQUIRE_FALSE(ledger::run_batch(rig.ledger(), writes).wrote);
    disk.heal();
    REQUIRE(ledger::run_batch(rig.ledger(), writes).wrote);
    disk.fail_writes(SQLITE_FULL, 1);
    REQUIRE(ledger::run_batch(rig.ledger(), writes).wrote);
}

TEST_CASE("batch: a refusal of one does not touch the others")
{
    LedgerRig rig;
    auto before = give_ann(1);
    auto refused = refused_one();
    auto after = give_ann(2);
    REQUIRE(run(rig, before, refused, after));
    REQUIRE_FALSE(refused.failed);
    REQUIRE(before.runs == 1);
    REQUIRE(after.runs == 1);
    REQUIRE(rig.balance("ann") == 1'003);
}

TEST_CASE("batch: a fault of one does not touch the others and leaves nothing of its own")
{
    LedgerRig rig;
    auto before = give_ann(1);
    auto faulty = faulty_one();
    auto after = give_ann(2);
    REQUIRE_FALSE(run(rig, before, faulty, after));
    REQUIRE_FALSE(before.failed);
    REQUIRE(faulty.failed);
    REQUIRE_FALSE(after.failed);
    REQUIRE(balance_in_file(rig) == 1'003);
    REQUIRE(rig.balance("ann") == 1'003);
    REQUIRE_FALSE(rig.faults.empty());
    REQUIRE(rig.faults.front() == "a planted fault");
    rig.require_sound();
}

TEST_CASE("batch: a fault that is not SQLite's is handled alike")
{
    LedgerRig rig;
    TestOperation faulty{[](Ledger& ledger) {
        ledger.add_credits("ann", 5, test_cause).value();
        throw std::runtime_error{"out of something"};
    }};
    auto other = give_ann(1);
    REQUIRE_FALSE(run(rig, faulty, other));
    REQUIRE(rig.balance("ann") == 1'001);
    rig.require_sound();
}

TEST_CASE("batch: on a full disk all fail, and memory is as before")
{
    FaultyRig faulty;
    auto& [disk, rig] = faulty;
    disk.fail_writes(SQLITE_FULL);
    TestOperation drop{[&](Ledger& ledger) { ledger.reserve(rig.ann, rig.machine, 1).value(); }};
    auto credits = give_ann(5);
    REQUIRE_FALSE(run(rig, drop, credits));
    REQUIRE(drop.failed);
    REQUIRE(credits.failed);
    REQUIRE(rig.balance("ann") == 1'000);
    REQUIRE(rig.slot(1).held == 0);
    REQUIRE_FALSE(rig.faults.empty());
    disk.heal();
    rig.require_sound();
}

TEST_CASE("batch: when a full disk has room again, all goes on")
{
    FaultyRig faulty;
    auto& [disk, rig] = faulty;
    disk.fail_writes(SQLITE_FULL);
    auto lost = give_ann(5);
    REQUIRE_FALSE(run(rig, lost));
    disk.heal();
    auto kept = give_ann(7);
    REQUIRE(run(rig, kept));
    REQUIRE(balance_in_file(rig) == 1'007);
    rig.reserve(1);
    rig.require_sound();
}

TEST_CASE("batch: operations that fail together on a full disk are kept one by one if they fit")
{
    FaultyRig faulty;
    auto& [disk, rig] = faulty;
    disk.fail_writes(SQLITE_FULL, 1);
    auto first = give_ann(5);
    auto second = give_ann(7);
    REQUIRE(run(rig, first, second));
    REQUIRE(first.runs == 2);
    REQUIRE(balance_in_file(rig) == 1'012);
    rig.require_sound();
}

TEST_CASE("batch: a commit that failed before it was written took no place")
{
    FaultyRig faulty;
    auto& [disk, rig] = faulty;
    disk.fail_writes(SQLITE_IOERR_WRITE);
    auto credits = give_ann(5);
    REQUIRE_FALSE(run(rig, credits));
    REQUIRE(credits.failed);
    disk.heal();
    REQUIRE(rig.balance("ann") == 1'000);
    rig.require_sound();
}

TEST_CASE("batch: after a failed commit the file is opened again, and the operations run again")
{
    FaultyRig faulty;
    auto& [disk, rig] = faulty;
    disk.fail_writes(SQLITE_IOERR_WRITE, 1);
    auto first = give_ann(5);
    auto second = give_ann(7);
    REQUIRE(run(rig, first, second));
    REQUIRE(first.runs == 2);
    REQUIRE(balance_in_file(rig) == 1'012);
    rig.require_sound();
}

TEST_CASE("batch: a commit that failed after it was written is found in the file, and counts")
{
    FaultyRig faulty;
    auto& [disk, rig] = faulty;
    // The commit's sync, and that of the checkpoint when the file is closed.
    disk.fail_syncs(SQLITE_IOERR_FSYNC, 2);
    auto credits = give_ann(5);
    REQUIRE(run(rig, credits));
    REQUIRE(credits.runs == 1);
    REQUIRE(rig.balance("ann") == 1'005);
    REQUIRE(balance_in_file(rig) == 1'005);
    rig.require_sound();
}

TEST_CASE("batch: a drop under way is not in doubt because the file was opened again")
{
    FaultyRig faulty;
    auto& [disk, rig] = faulty;
    const auto drop = rig.reserve(1);
    rig.commit();
    disk.fail_writes(SQLITE_IOERR_WRITE, 1);
    auto credits = give_ann(5);
    REQUIRE(run(rig, credits));
    REQUIRE(rig.ledger().doubts().empty());
    REQUIRE(rig.refusal(rig.ann, 1) == Refusal::busy);
    REQUIRE(rig.settle(drop, DropEvent::acked).changed);
    rig.require_sound();
}

TEST_CASE("batch: while the file cannot be opened again, those of it are told nothing")
{
    FaultyRig faulty;
    auto& [disk, rig] = faulty;
    disk.fail_writes(SQLITE_IOERR_WRITE);
    disk.fail_opens(SQLITE_CANTOPEN);
    auto credits = give_ann(5);
    auto others = give_ann(7);
    const std::vector<ledger::Operation*> all{&credits, &others};
    const auto unknown = ledger::run_batch(rig.ledger(), all).unknown;
    REQUIRE(unknown.size() == 2);
    REQUIRE_FALSE(ledger::settle_unknown(rig.ledger(), unknown));
    REQUIRE_FALSE(credits.failed);
    REQUIRE(credits.runs == 1);

    disk.heal();
    REQUIRE(ledger::settle_unknown(rig.ledger(), unknown));
    REQUIRE(credits.failed);
    REQUIRE(others.failed);
    REQUIRE(rig.balance("ann") == 1'000);
    rig.require_sound();
}

TEST_CASE("batch: what was found in the file counts only once it is durable")
{
    FaultyRig faulty;
    auto& [disk, rig] = faulty;
    disk.fail_syncs(SQLITE_IOERR_FSYNC);
    auto credits = give_ann(5);
    const std::vector<ledger::Operation*> all{&credits};
    const auto unknown = ledger::run_batch(rig.ledger(), all).unknown;
    REQUIRE(unknown.size() == 1);
    REQUIRE_FALSE(ledger::settle_unknown(rig.ledger(), unknown));

    disk.heal();
    REQUIRE(ledger::settle_unknown(rig.ledger(), unknown));
    REQUIRE_FALSE(credits.failed);
    REQUIRE(credits.runs == 1);
    REQUIRE(balance_in_file(rig) == 1'005);
    rig.require_sound();
}

TEST_CASE("batch: behind an operation of unknown fate nothing is run")
{
    FaultyRig faulty;
    auto& [disk, rig] = faulty;
    // The batch, and the first of its operations alone, which then cannot be looked up.
    auto first = give_ann(5);
    TestOperation second{[&bad_disk = disk](Ledger& ledger) {
        ledger.add_credits("ann", 7, test_cause).value();
        bad_disk.fail_writes(SQLITE_IOERR_WRITE);
        bad_disk.fail_opens(SQLITE_CANTOPEN, 1);
        throw ledger::sqlite::Error{SQLITE_CONSTRAINT, "a planted fault"};
    }};
    const std::vector<ledger::Operation*> all{&first, &second};
    const auto unknown = ledger::run_batch(rig.ledger(), all).unknown;
    REQUIRE(unknown.size() == 1);
    REQUIRE(unknown.front() == &first);
    REQUIRE(second.failed);
    disk.heal();
    REQUIRE(ledger::settle_unknown(rig.ledger(), unknown));
    REQUIRE(rig.balance("ann") == 1'000);
    rig.require_sound();
}

TEST_CASE("batch: ids of drops rise also over a failed commit")
{
    FaultyRig faulty;
    auto& [disk, rig] = faulty;
    const auto first = rig.reserve(1);
    rig.settle(first, DropEvent::acked);
    rig.commit();
    disk.fail_writes(SQLITE_IOERR_WRITE, 1);
    DropId second{};
    TestOperation drop{
        [&](Ledger& ledger) { second = ledger.reserve(rig.ann, rig.machine, 1).value().drop; }};
    REQUIRE(run(rig, drop));
    REQUIRE(number(second) > number(first));
    rig.require_sound();
}

TEST_CASE("batch: every slot is told as changed after the file was opened again")
{
    FaultyRig faulty;
    auto& [disk, rig] = faulty;
    rig.ledger().take_changed_slots();
    disk.fail_writes(SQLITE_IOERR_WRITE, 1);
    auto credits = give_ann(5);
    REQUIRE(run(rig, credits));
    REQUIRE(rig.ledger().take_changed_slots().size() == 4);
}
