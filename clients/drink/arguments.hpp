#pragma once

#include "clients/common/command_line.hpp"
#include "clients/common/server_address.hpp"
#include "protocol/sunday_history.hpp"
#include "protocol/words.hpp"

#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <variant>

namespace drink {

struct ListCommand {
    std::optional<std::string> machine;  ///< Nothing = all.
};

struct DropCommand {
    std::string machine;
    protocol::SlotNumber slot = 0;
    std::chrono::seconds delay{0};
};

struct BalanceCommand {};

struct HistoryCommand {
    int count = protocol::history_entries;
};

struct SendCommand {
    std::string receiver;
    protocol::Credits credits = 0;
};

struct ShellCommand {
    bool log_in = false;
};

/// What the command line asks for.
struct Arguments {
    std::variant<
        ListCommand, DropCommand, BalanceCommand, HistoryCommand, SendCommand, ShellCommand>
        command;
    clients::ServerAddress server;
    std::string user;
    std::string password_file;  ///< Empty = none.
    bool json = false;
    std::chrono::milliseconds timeout{10'000};
};

/// Reads the arguments and DRINK_SERVER and DRINK_USER of the environment.
std::expected<Arguments, clients::EarlyEnd> read_arguments(int argc, const char* const* argv);

}  // namespace drink
