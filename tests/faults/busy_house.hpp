#pragma once

#include "boards.hpp"
#include "support/daemon.hpp"
#include "support/proxy.hpp"

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace faults {

/// How often a test tries its fault: a few times, or as often as DRINKD_FAULT_ROUNDS of the
/// environment says.
int rounds(int few);

/// A number below `end`, other ones in every run.
std::size_t any_below(std::size_t end);

/// drinkd with two machines whose boards are plain (p1, p2) and two whose boards keep notes (t1,
/// t2), and two members at each who drop as fast as they are answered. In the end the books are
/// held against what the members heard and what the boards did.
class BusyHouse {
public:
    enum class Network { straight, through_proxies };

    /// Each member has had a drop. `changes` are of the settings, as a merge patch.
    explicit BusyHouse(
        Network network = Network::straight,
        const nlohmann::json& changes = nlohmann::json::object());

    /// All members drop. Once there were `drops`, or nobody drops any more, the fault is let loose,
    /// and whoever still drops does so for the last time. A member stops at once after any other
    /// answer than OK, and when the connection ends. Throws when one gets no answer at all.
    void drop_until(std::size_t drops, const std::function<void()>& fault);

    /// Everything works again: each member gets a drop. Then waits until the boards have told what
    /// they know, stops the daemon, and compares. Boards with notes: the drops that are charged are
    /// exactly those of which a can fell, once each, but for drops that the board itself cannot
    /// know because it was killed. Plain ones: every difference is a drop in doubt. Prints how much
    /// there was.
    void check_books();

    support::Daemon daemon;
    std::unique_ptr<support::Proxy> boards_network;   ///< Where there are proxies.
    std::unique_ptr<support::Proxy> members_network;  ///< The same.
    Boards plain;
    Boards noting;

private:
    // What a member heard in answer to all drops.
    struct Heard {
        std::size_t done = 0;
        std::size_t unsure = 0;  // 103, or nothing at all.
    };
    // The drops of a machine, as the ledger has them.
    struct Booked {
        std::set<std::int64_t> charged;
        std::set<std::int64_t> in_doubt;
    };

    // Drops until it is over, once at least.
    void drop(
        std::size_t member, std::uint16_t port, std::atomic<std::size_t>& done,
        const std::atomic<bool>& over);
    void sell_to_all();
    // Adds the drops of a member to those of their machines; gives how many were charged.
    std::size_t add_history(const std::string& member, std::map<std::string, Booked>& booked) const;

    std::map<std::string, Heard> heard_;  // By member; filled once, so that threads may share it.
};

}  // namespace faults
