#pragma once

#include "ledger/sqlite.hpp"
#include "protocol/words.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace simulation {

/// Reads the ledger's file beside the daemon: what is committed there, and nothing else.
class Witness {
public:
    explicit Witness(const std::filesystem::path& ledger);

    struct Drop {
        protocol::DropId id{};
        std::string state;
        std::string machine;
        int slot = 0;
        bool tini2 = false;
        bool was_in_doubt = false;
        std::string settled_by;
    };
    std::optional<Drop> drop(protocol::DropId id);
    std::vector<Drop> drops();
    /// Those that are not settled.
    std::vector<protocol::DropId> open_drops();
    /// Whether one is reserved for that machine.
    bool has_reserved_drop(const std::string& machine);

    /// The reasons of all transfers.
    std::set<std::string> transfer_reasons();

    /// Whether anything was committed since the last call.
    bool sees_change();
    /// A rule that does not hold, of those that are quickly held against every commit, or nothing.
    std::string broken_rule();

private:
    static Drop row(const ledger::sqlite::Statement& statement);

    ledger::sqlite::Database database_;
    ledger::sqlite::Statement drop_;
    ledger::sqlite::Statement version_;
    ledger::sqlite::Statement rules_;
    std::int64_t seen_ = 0;
};

}  // namespace simulation
