#include "ledger/batch.hpp"

namespace ledger {
namespace {

using Commit = Ledger::Commit;

Commit run_together(Ledger& ledger, std::span<Operation* const> operations)
{
    try {
        for (auto* operation : operations) operation->run(ledger);
    } catch (const std::exception& error) {
        ledger.report_fault(error.what());
        ledger.rollback();
        return Commit::not_kept;
    }
    return ledger.commit();
}

void run_one_by_one(Ledger& ledger, std::span<Operation* const> operations, BatchResult& result)
{
    for (std::size_t index = 0; index < operations.size(); ++index) {
        auto* operation = operations[index];
        // Behind one that is unknown nothing can be run.
        const auto commit = result.unknown.empty()
                                ? run_together(ledger, operations.subspan(index, 1))
                                : Commit::not_kept;
        if (commit == Commit::kept) continue;
        result.all_done = false;
        if (commit == Commit::unknown) {
            result.unknown = operations.subspan(index, 1);
        } else {
            operation->fail();
        }
    }
}

}  // namespace

BatchResult run_batch(Ledger& ledger, std::span<Operation* const> operations)
{
    const auto before = ledger.last_kept();
    BatchResult result{.all_done = true, .wrote = false, .unknown = {}};
    switch (run_together(ledger, operations)) {
        case Commit::kept:
            break;
        case Commit::unknown:
            result.all_done = false;
            result.unknown = operations;
            break;
        case Commit::not_kept:
            run_one_by_one(ledger, operations, result);
            break;
    }
    result.wrote = ledger.last_kept() != before;
    return result;
}

bool settle_unknown(Ledger& ledger, std::span<Operation* const> unknown)
{
    const auto commit = ledger.find_out();
    if (commit == Commit::unknown) return false;
    if (commit == Commit::not_kept) {
        for (auto* operation : unknown) operation->fail();
    }
    return true;
}

}  // namespace ledger
