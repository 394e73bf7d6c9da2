#pragma once

#include "support/daemon.hpp"

#include <sqlite3.h>

#include <memory>

namespace support {

/// A house in which no daemon runs yet: its settings in a folder of their own, for tools that work
/// without one and for daemons that cannot start.
class ColdHouse {
public:
    explicit ColdHouse(nlohmann::json settings = small_house());

    const std::filesystem::path& folder() const { return folder_.path(); }
    std::filesystem::path settings_file() const { return folder() / "settings.json"; }
    std::filesystem::path ledger_file() const { return folder() / "ledger.db"; }

    /// Runs `drinkd ARGUMENTS... --config settings.json`.
    Finished run(const std::vector<std::string>& arguments, std::string_view input = {}) const;
    /// Starts a daemon that is expected not to get far.
    Finished serve() const { return run({"serve"}); }

    void write(const std::filesystem::path& name, std::string_view content) const;

private:
    TempDir folder_;
};

/// Daemons and their tools hold the ledger; this opens it as another program would.
class OtherProgram {
public:
    explicit OtherProgram(const std::filesystem::path& database);
    void execute(const char* sql);
    std::int64_t integer(const char* sql);

private:
    struct Close {
        void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
    };
    std::unique_ptr<sqlite3, Close> handle_;
};

/// What `drinkd user list --json` says of an account of a house or a daemon; null when it has none.
template <class House>
nlohmann::json account(const House& house, std::string_view name)
{
    const auto listed = house.run({"user", "list", "--json"});
    if (listed.exit_code != 0) throw std::runtime_error{"drinkd user list: " + listed.err};
    for (const auto& row : nlohmann::json::parse(listed.out)) {
        if (row.at("name") == name) return row;
    }
    return nullptr;
}

}  // namespace support
