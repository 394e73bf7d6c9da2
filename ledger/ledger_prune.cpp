// The operation of Ledger that removes what need not be kept any longer. What a removed drop did to
// stock and sales moves to its slot by a trigger; its transfer stays.
#include "ledger/ledger.hpp"
#include "ledger/statements.hpp"

namespace ledger {
namespace {

constexpr std::chrono::days keep_requests{7};

}  // namespace

Pruned Ledger::prune(const config::Keep& keep, std::int64_t rows_max)
{
    write();
    Pruned pruned;
    if (keep.drops.count() > 0) {
        pruned.drops = remove(statements_->remove_drops, keep.drops, rows_max);
    }
    if (keep.temperatures.count() > 0) {
        pruned.temperatures = remove(statements_->remove_temperatures, keep.temperatures, rows_max);
    }
    pruned.requests = remove(statements_->remove_requests, keep_requests, rows_max);
    return pruned;
}

std::int64_t Ledger::remove(
    sqlite::Statement& statement, std::chrono::milliseconds older_than, std::int64_t rows_max)
{
    statement.run(now() - older_than.count(), rows_max);
    return sqlite3_changes64(database_->handle());
}

}  // namespace ledger
