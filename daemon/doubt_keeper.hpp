#pragma once

#include "config/settings.hpp"
#include "daemon/ledger_service.hpp"
#include "daemon/world.hpp"

#include <chrono>
#include <deque>

namespace drinkd {

/// Settles drops in doubt by the configured policy once they have waited long enough. A drop that a
/// board or an admin settled before stays as it is: the ledger settles once.
class DoubtKeeper {
public:
    DoubtKeeper(
        asio::io_context& io, LedgerService& ledger, std::chrono::milliseconds after,
        config::DoubtPolicy policy);

    /// A drop is in doubt from now on. From any thread.
    void add(protocol::DropId drop);

    /// Ends the waiting; what is in doubt stays so.
    void stop();

private:
    struct Waiting {
        Clock::time_point due;
        protocol::DropId drop{};
    };

    Task<> run();

    Strand strand_;
    Timer timer_;
    LedgerService& ledger_;
    const std::chrono::milliseconds after_;
    const config::DoubtPolicy policy_;
    std::deque<Waiting> waiting_;  // All wait equally long, so the first is due first.
    bool running_ = false;
    bool stopped_ = false;
};

}  // namespace drinkd
