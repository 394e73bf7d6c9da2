#pragma once

#include "config/settings.hpp"

#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <expected>
#include <string>

namespace drinkd {

/// Asks the daemon whose control socket it is. An error in words when none answers in time.
std::expected<nlohmann::json, std::string> ask_daemon(
    const config::Settings& settings, const nlohmann::json& request,
    std::chrono::milliseconds limit = std::chrono::seconds{60});

/// Has a change of the ledger carried out: by the daemon when one runs, else here, with the lock.
/// Adds `id` and `actor` to the request. An error in words when neither was possible.
std::expected<nlohmann::json, std::string> change_ledger(
    const config::Settings& settings, nlohmann::json request);

}  // namespace drinkd
