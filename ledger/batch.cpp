#include "ledger/batch.hpp"

namespace ledger {
namespace {

bool run_together(Ledger& ledger, std::span<Operation* const> operations)
{
    try {
        for (auto* operation : operations) operation->run(ledger);
    } catch (const std::exception& error) {
        ledger.report_fault(error.what());
        ledger.rollback();
        return false;
    }
    return ledger.commit();
}

}  // namespace

bool run_batch(Ledger& ledger, std::span<Operation* const> operations)
{
    if (run_together(ledger, operations)) return true;
    bool all_done = true;
    for (auto* operation : operations) {
        if (run_together(ledger, {&operation, 1})) continue;
        operation->fail();
        all_done = false;
    }
    return all_done;
}

}  // namespace ledger
