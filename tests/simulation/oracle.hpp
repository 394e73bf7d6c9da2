#pragma once

#include "simulation/disk.hpp"
#include "simulation/log.hpp"
#include "simulation/member.hpp"
#include "simulation/plan.hpp"
#include "simulation/run.hpp"
#include "simulation/witness.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace simulation {

/// What must hold, in all lives of the daemon: what it says of its drops is held against the file
/// of its ledger, and in the end the file against the cans that fell.
class Oracle {
public:
    struct Around {
        std::function<void(std::string)> broken;  ///< Something does not hold.
        std::function<void(std::int64_t session, Ended drop)> drop_ended;
        std::function<bool(const std::string& member)> delays;
    };
    Oracle(Disk& disk, Around around) : disk_{disk}, around_{std::move(around)} {}

    /// Only while the daemon lives.
    Witness& witness();
    /// The daemon's life ends, or its file is another one now.
    void look_away() { witness_.reset(); }

    void on_log(std::string_view level, std::string_view event, drinkd::log::Fields fields);

    /// After the ledger has run.
    void check_commit();
    /// All rules of `drinkd ledger verify`.
    void check_file();
    /// Which drop is open, but for those in `unknown`; or nothing.
    std::optional<DropId> open_drop(const std::set<DropId>& unknown);
    /// At rest: the cans that fell against what was charged.
    void check_cans(std::map<DropId, int> cans, Counts& counts);
    /// Whatever was told as done is in the file.
    void check_told();

    /// An admin was told that credits were given for that reason.
    void on_gift(std::string reason) { gifts_.insert(std::move(reason)); }

private:
    void on_reserved(DropId drop, const std::string& member);
    void on_sent(Wire::SentDrop sent, const std::string& machine);
    void on_ended(std::int64_t session, Ended drop);

    Disk& disk_;
    Around around_;
    std::optional<Witness> witness_;
    std::map<DropId, int> reserved_;         // Without a delay, with their order.
    std::map<std::string, int> last_order_;  // Of what was sent to a machine.
    std::set<DropId> sent_;
    std::map<DropId, std::string> settled_;  // As the daemon told it, in any life.
    std::set<std::string> gifts_;            // The same, by their reasons.
};

}  // namespace simulation
