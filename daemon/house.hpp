#pragma once

#include "config/settings.hpp"
#include "daemon/authenticator.hpp"
#include "daemon/board_session.hpp"
#include "daemon/connections.hpp"
#include "daemon/dispatcher.hpp"
#include "daemon/doubt_keeper.hpp"
#include "daemon/ledger_service.hpp"
#include "daemon/machine_host.hpp"
#include "daemon/pruner.hpp"
#include "daemon/slot_catalog.hpp"
#include "daemon/world.hpp"
#include "ledger/ledger.hpp"

#include <cstdint>
#include <deque>
#include <random>
#include <vector>

namespace drinkd {

/// What the house needs from outside of the daemon.
struct Outside {
    ledger::Surroundings ledger = ledger::default_surroundings();
    std::uint32_t seed = std::random_device{}();  ///< Of the choice of RAND.
};

/// All of the daemon but its doors: what the settings and the ledger make, in the order in which it
/// is built. The gateway opens the doors; whatever comes through one is given this.
class House {
public:
    /// Opens the ledger and takes over the settings. Throws ledger::Unusable.
    House(
        asio::io_context& io, const config::Settings& all_settings, const config::Limits& limits,
        const Outside& outside = {});

    /// Begins all that goes on by itself.
    void start();

    /// Serves a connection to its end. From any thread.
    void serve_member(
        const config::SundayListener& listener, Socket socket, Connections::Place place);
    void serve_board(Socket socket, Connections::Place place);

    /// Lets drops that were sent settle, for a while. From here on no session begins, nothing more
    /// is sent, and members' sessions end.
    Task<> drain();
    /// Ends everything else. False when something could not be ended in time.
    Task<bool> close();

private:
    // The ledger as it is at the start, before LedgerService takes it over.
    struct Opened;
    House(
        asio::io_context& io, const config::Settings& all_settings, const config::Limits& limits,
        const Outside& outside, Opened opened);

    template <class Ended>
    static Task<bool> wait_until(Ended ended, std::chrono::milliseconds limit);

    const std::vector<protocol::DropId> found_in_doubt_;

public:
    const config::Settings& settings;
    const std::int64_t started_at;  ///< Seconds since 1970, UTC.
    SlotCatalog catalog;
    LedgerService ledger;
    DoubtKeeper doubts;
    Pruner pruner;
    Dispatcher dispatcher;
    Authenticator authenticator;
    std::deque<MachineHost> machines;  ///< In the order of the settings' machines.
    BoardRegister boards;
    Connections connections;
};

}  // namespace drinkd
