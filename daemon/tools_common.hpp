#pragma once

#include "config/settings.hpp"
#include "daemon/tools.hpp"
#include "ledger/sqlite.hpp"
#include "ledger/unusable.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>

/// What several of the command line tools need.
namespace drinkd::tools {

/// Has a change carried out, by the daemon or here, and gives the reply.
nlohmann::json change(const config::Settings& settings, nlohmann::json request);

/// Runs what reads or copies the ledger, and says which ledger it was when it fails.
template <class Use>
auto with_ledger(const config::Settings& settings, Use use)
{
    try {
        return use(settings.ledger);
    } catch (const ledger::Unusable& error) {
        throw ToolError{"the ledger " + settings.ledger.string() + ": " + error.what()};
    } catch (const ledger::sqlite::Error& error) {
        throw ToolError{"the ledger " + settings.ledger.string() + ": " + error.what()};
    }
}

/// A time of the ledger as people of this place read it.
std::string local_time(std::int64_t ms);

}  // namespace drinkd::tools
