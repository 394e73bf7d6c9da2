#pragma once

#include "config/settings.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>

/// The command line tools of `drinkd`: each does one thing and prints what it did. They throw
/// ToolError with one clear line when they cannot; the exit code of a tool that ran is returned.
namespace drinkd::tools {

class ToolError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Reads the settings, or prints every mistake on standard error and throws.
config::Settings load(const std::filesystem::path& file);

int check_config(const std::filesystem::path& file);

struct UserOptions {
    std::string name;
    std::optional<bool> admin;
    std::optional<bool> locked;
    std::optional<std::int64_t> credits;
    std::optional<std::string> ibutton;
    bool password_stdin = false;
};
int add_user(const config::Settings& settings, const UserOptions& options);
int set_user(const config::Settings& settings, const UserOptions& options);
int set_password(const config::Settings& settings, const UserOptions& options);
int remove_user(const config::Settings& settings, const std::string& name);
int list_users(const config::Settings& settings, bool json);

int add_credits(
    const config::Settings& settings, const std::string& name, std::int64_t credits,
    const std::string& reason);

int verify_ledger(const config::Settings& settings, bool json);
int back_up_ledger(const config::Settings& settings, const std::filesystem::path& copy);
int restore_ledger(const config::Settings& settings, const std::filesystem::path& backup);

int list_doubts(const config::Settings& settings, bool json);
int settle(
    const config::Settings& settings, std::int64_t drop, const std::string& decision,
    const std::string& reason);
/// The last drops and transfers of a member, at most `limit` of them.
int show_history(
    const config::Settings& settings, const std::string& name, std::int64_t limit, bool json);

int status(const config::Settings& settings, bool json);

}  // namespace drinkd::tools
