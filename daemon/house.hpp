#pragma once

#include "config/settings.hpp"
#include "daemon/authenticator.hpp"
#include "daemon/dispatcher.hpp"
#include "daemon/machine_host.hpp"

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

namespace drinkd {

/// What every front door needs of the daemon. Built by the gateway, outlives every session.
struct House {
    const config::Settings& settings;
    LedgerService& ledger;
    const SlotCatalog& catalog;
    Dispatcher& dispatcher;
    Authenticator& authenticator;
    /// In the order of the settings' machines.
    std::deque<MachineHost>& machines;
    std::int64_t started_at = 0;  ///< Seconds since 1970, UTC.
};

}  // namespace drinkd
