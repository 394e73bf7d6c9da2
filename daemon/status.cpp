#include "daemon/status.hpp"

#include "daemon/board_session.hpp"
#include "daemon/sunday_session.hpp"
#include "daemon/version.hpp"

#include <nlohmann/json.hpp>

namespace drinkd {

namespace {

// How many drops are in doubt: of each machine, and behind these of all.
auto count_doubts(House& house)
{
    return house.ledger.run([&](const ledger::Ledger& ledger) {
        std::vector<std::size_t> counts;
        counts.reserve(house.machines.size() + 1);
        for (std::size_t index = 0; index < house.machines.size(); ++index) {
            counts.push_back(ledger.count_doubts(house.dispatcher.key_of(index)));
        }
        counts.push_back(ledger.doubts().size());
        return counts;
    });
}

}  // namespace

Task<nlohmann::json> daemon_status(House& house)
{
    const auto doubts = co_await count_doubts(house);
    auto machines = nlohmann::json::array();
    for (std::size_t index = 0; index < house.machines.size(); ++index) {
        auto& host = house.machines[index];
        const auto state = co_await host.state();
        nlohmann::json row;
        row["machine"] = host.id();
        row["name"] = house.settings.machines[index].name;
        row["online"] = state.online;
        row["waits_for_late_answer"] = state.suspect;
        row["queued"] = state.queued;
        row["board_address"] = state.peer;
        if (state.in_flight) row["drop_in_flight"] = protocol::number(*state.in_flight);
        if (const auto degrees = host.temperature()) row["fahrenheit"] = *degrees;
        if (doubts) row["doubts"] = doubts->at(index);
        machines.push_back(std::move(row));
    }
    nlohmann::json status;
    status["ok"] = true;
    status["version"] = version_text;
    status["started_at"] = house.started_at;
    status["machines"] = std::move(machines);
    status["member_connections"] = house.connections.count_of<SundaySession>();
    status["board_connections"] = house.connections.count_of<BoardSession>();
    status["ledger_healthy"] = house.ledger.healthy();
    if (doubts) status["doubts"] = doubts->back();
    status["settlements_retried"] = house.dispatcher.retries_under_way();
    co_return status;
}

}  // namespace drinkd
