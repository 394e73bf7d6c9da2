#pragma once

#include "config/settings.hpp"
#include "daemon/ledger_service.hpp"
#include "daemon/world.hpp"

namespace drinkd {

/// Removes what the settings do not want kept any longer: at the start and once a day, a few rows
/// at a time, so that no drop is held up.
class Pruner {
public:
    Pruner(asio::io_context& io, LedgerService& ledger, config::Keep keep);

    void start();
    void stop();

private:
    Task<> run();
    /// False when there is no more to remove for now.
    Task<bool> remove_some(ledger::Pruned& removed);

    Strand strand_;
    Timer timer_;
    LedgerService& ledger_;
    const config::Keep keep_;
    bool stopped_ = false;
};

}  // namespace drinkd
