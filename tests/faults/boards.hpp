#pragma once

#include "support/daemon.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace faults {

/// What boards know of their drops.
enum class Memory {
    none,   ///< Plain tini.
    notes,  ///< Tini 2, with notes on the disk.
};

/// The boards of some machines of a daemon, simulated by one tini-sim that can be killed and
/// started again. What they told is kept over that.
class Boards {
public:
    /// `arguments` are more of tini-sim. The boards connect to the daemon's own port unless another
    /// one is given. `daemon` must outlive them.
    Boards(
        const support::Daemon& daemon, Memory memory, std::vector<std::string> machines,
        std::vector<std::string> arguments = {}, std::optional<std::uint16_t> port = {});

    /// Starts them, and does not wait for their login.
    void start();
    void kill9();
    void signal(int number) { process_->signal(number); }

    const std::vector<std::string>& machines() const { return machines_; }

    /// How many cans fell in a machine in all.
    std::size_t cans(std::string_view machine) const { return fallen(machine).size(); }
    /// Of a machine with notes, the drops that the board told of when their cans fell, by their
    /// ids.
    std::set<std::int64_t> told(std::string_view machine) const;
    /// The same with those of which only the notes know.
    std::set<std::int64_t> dropped(std::string_view machine) const;
    /// Whether they were ever killed, which a board may not know what it did after.
    bool lost_power() const { return lost_power_; }

private:
    std::vector<std::string> fallen(std::string_view machine) const;
    std::set<std::int64_t> noted(std::string_view machine) const;
    std::filesystem::path told_file() const;
    std::filesystem::path state_folder() const { return daemon_.folder() / "state"; }

    const support::Daemon& daemon_;
    std::vector<std::string> machines_;
    std::vector<std::string> command_;
    // What was noted when they were killed: it was not told, perhaps, and notes are forgotten.
    std::map<std::string, std::set<std::int64_t>, std::less<>> noted_;
    bool lost_power_ = false;
    std::optional<support::Process> process_;
};

/// Waits until every machine of the daemon has its board.
void wait_until_online(const support::Daemon& daemon);

}  // namespace faults
