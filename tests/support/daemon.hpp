#pragma once

#include "support/process.hpp"
#include "support/temp_dir.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace support {

/// Settings of a small house on free ports of 127.0.0.1, to be used as they are or changed: a js
/// listener (0) and a classic one (1), both of the machine `d`, and one for boards.
///
/// `d` (Big Drink, board password "big"): 1 Coke, 50 credits, 13 of them; 2 Dr. Pepper, none left;
/// 3 Root Beer, disabled; 4 Champagne, which nobody can pay.
/// `ld` (Little Drink, board password "little", with sensors): 1 Coke, 13; 2 Dr. Pepper, none left.
///
/// The board of a test answers when the test says so: its daemon waits a minute for it, unless the
/// test sets another time.
nlohmann::json small_house();

/// An account that a daemon begins with. Its iButton is ibutton_of(name).
struct Account {
    std::string name;
    std::int64_t credits = 0;
    std::string password = {};  ///< Empty = it has none.
    bool admin = false;
};

/// The real daemon, with its settings and its ledger in a folder of its own. It is killed in the
/// end if it still runs.
class Daemon {
public:
    /// Starts it. Where the settings name no ledger, it is in folder(); where they give no number
    /// of workers, DRINKD_TEST_WORKERS of the environment does, if set. `launcher` is a program
    /// with arguments that becomes the one behind them, and prepares its surroundings before.
    explicit Daemon(
        nlohmann::json settings = small_house(), std::vector<Account> accounts = {},
        std::vector<std::string> launcher = {});

    /// Starts it again, after stop() or kill9(), on the same settings and the same ledger; its
    /// ports are new ones. Throws with its log when it does not become ready.
    void start();

    /// Stops it politely (SIGTERM) and gives its exit code.
    int stop();
    /// The same in two steps, for what happens in between.
    void begin_to_stop();
    int wait_for_end();
    /// Ends it as a power failure would. Gives its exit code, which tells whether it still ran.
    int kill9();

    std::uint16_t sunday_port(std::size_t listener = 0) const;
    std::uint16_t boards_port() const;
    pid_t pid() const { return process_->pid(); }

    /// Where its settings (settings.json) and its ledger are.
    const std::filesystem::path& folder() const { return folder_.path(); }
    std::filesystem::path ready_file() const { return folder() / "ready.json"; }
    std::filesystem::path settings_file() const { return folder() / "settings.json"; }

    /// Its log since it was started.
    std::string log() const;
    void wait_for_log(std::string_view text) const;

    /// Runs `drinkd ARGUMENTS... --config settings.json`.
    Finished run(std::vector<std::string> arguments, std::string_view input = {}) const;
    /// What `drinkd status` says of it.
    nlohmann::json status() const;

private:
    void add(const Account& account) const;

    TempDir folder_;
    std::vector<std::string> launcher_;
    nlohmann::json ready_;
    std::optional<Process> process_;
};

}  // namespace support
