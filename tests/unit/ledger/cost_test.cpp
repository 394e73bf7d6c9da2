// What a ledger costs does not depend on how much has happened in it.
#include "ledger_rig.hpp"
#include "support/catch.hpp"

#include <string_view>

using ledger::DropEvent;

namespace {

// Counts the steps of SQLite's machine for all statements of all connections that are opened while
// it exists; those of looking for damage left out, which reads all of a small file.
class Steps {
public:
    Steps()
    {
        counted = 0;
        sqlite3_auto_extension(hook());
    }
    Steps(const Steps&) = delete;
    Steps& operator=(const Steps&) = delete;
    ~Steps() { sqlite3_cancel_auto_extension(hook()); }

    static int take() { return std::exchange(counted, 0); }

private:
    static void (*hook())() { return reinterpret_cast<void (*)()>(follow); }

    static int follow(sqlite3* database, const char**, const void*)
    {
        return sqlite3_trace_v2(database, SQLITE_TRACE_PROFILE, count, nullptr);
    }

    static int count(unsigned, void*, void* ended, void*)
    {
        auto* statement = static_cast<sqlite3_stmt*>(ended);
        const std::string_view sql{sqlite3_sql(statement)};
        const int steps = sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_VM_STEP, 1);
        if (!sql.starts_with("PRAGMA quick_check")) counted += steps;
        return 0;
    }

    static inline int counted = 0;
};

struct Cost {
    int open = 0;
    int drop = 0;
    int prune = 0;
};

Cost cost_after(int drops)
{
    const Steps steps;
    LedgerRig rig;
    rig.settings[0].slots[0] = slot_setting(1, "Coke", 1, std::nullopt);
    rig.take_settings();
    for (int drop = 0; drop < drops; ++drop) rig.settle(rig.reserve(1), DropEvent::acked);
    rig.settle(rig.reserve(3), DropEvent::lost);
    rig.commit();
    Cost cost;
    steps.take();
    rig.reopen();
    cost.open = steps.take();
    rig.settle(rig.reserve(1), DropEvent::acked);
    rig.commit();
    cost.drop = steps.take();
    rig.ledger().prune({.drops = std::chrono::days{1}, .temperatures = std::chrono::days{1}}, 10);
    cost.prune = steps.take();
    return cost;
}

}  // namespace

TEST_CASE(
    "cost: to open a ledger, to drop and to prune take the same after many drops as after few")
{
    const auto few = cost_after(10);
    const auto many = cost_after(900);
    REQUIRE(few.open > 0);
    REQUIRE(few.drop > 0);
    REQUIRE(few.prune > 0);
    CHECK(many.open == few.open);
    CHECK(many.drop == few.drop);
    CHECK(many.prune == few.prune);
}
