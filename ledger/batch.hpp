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

/// What became of a batch.
struct BatchResult {
    bool all_done = false;
    /// A transaction was kept: the file can be written. False when there was nothing to write.
    bool wrote = false;
    /// The operations of which nobody knows whether they took place: they were told nothing.
    std::span<Operation* const> unknown;
};

/// Runs operations, in order, in one transaction, and returns when each is either durable or has
/// been told that it failed. A refusal or a fault of one does not touch the others: after a fault
/// they run again, each in a transaction of its own. When the ledger's file fails so that the fate
/// of some is unknown, these wait for settle_unknown(), and no other batch may run before.
BatchResult run_batch(Ledger& ledger, std::span<Operation* const> operations);

/// Tries to learn what became of operations of which that was unknown. False while it cannot be
/// learnt; otherwise each of them is durable or was told that it failed.
bool settle_unknown(Ledger& ledger, std::span<Operation* const> unknown);

}  // namespace ledger
