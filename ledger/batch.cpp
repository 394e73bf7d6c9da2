#include "ledger/batch.hpp"

namespace ledger {
namespace {

bool run_together(Ledger& ledger, std::span<Operation* const> operations)
{
    if (!ledger.ready()) return false;
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

void run_batch(Ledger& ledger, std::span<Operation* const> operations)
{
    if (run_together(ledger, operations)) return;
    for (auto* operation : operations) {
        if (!run_together(ledger, {&operation, 1})) operation->fail();
    }
}

}  // namespace ledger
