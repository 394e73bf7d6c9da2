#pragma once

#include "ledger/ledger.hpp"

#include <span>

namespace ledger {

/// One thing to be done with the ledger, owned by whoever waits for it.
class Operation {
public:
    /// Does it, and keeps the result. Called again when what it did had to be rolled back, so it
    /// starts over each time.
    virtual void run(Ledger& ledger) = 0;

    /// It could not be made durable: nothing of it took place.
    virtual void fail() = 0;

protected:
    ~Operation() = default;
};

/// Runs operations, in order, in one transaction, and returns when each is either durable or has
/// been told that it failed. A refusal or a fault of one does not touch the others: after a fault
/// they run again, each in a transaction of its own. False when one of them failed. Throws as
/// Ledger::commit() does.
bool run_batch(Ledger& ledger, std::span<Operation* const> operations);

}  // namespace ledger
