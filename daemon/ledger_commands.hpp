#pragma once

#include "ledger/ledger.hpp"

#include <nlohmann/json_fwd.hpp>

namespace drinkd {

/// Carries out a change that a command line tool asks for: the same code whether the daemon does it
/// (the request came through its control socket) or the tool itself (no daemon runs).
///
/// A request is an object with `command`, `id` (random, so that a request whose answer was lost can
/// be repeated safely), `actor` and what the command needs. The reply has `ok`; with true the
/// results, with false `error` in words. Nothing in a request can make this throw anything but
/// sqlite::Error.
nlohmann::json carry_out(ledger::Ledger& ledger, const nlohmann::json& request);

}  // namespace drinkd
