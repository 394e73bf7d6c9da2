#pragma once

#include "daemon/asio.hpp"
#include "daemon/connections.hpp"
#include "daemon/house.hpp"
#include "protocol/codes.hpp"
#include "protocol/sunday_command.hpp"

#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace drinkd {

/// What one member's Sunday connection is about: who is logged in, which machine is selected, and
/// what each verb answers. The order of checks is the protocol's (docs/sunday.md). It has no
/// socket; one command runs at a time. `house` and `place` must outlive it.
class SundayVerbs {
public:
    SundayVerbs(
        House& house, protocol::Dialect dialect, std::size_t machine, std::int64_t session,
        const Connections::Place& place, PassDelay pass_delay);

    std::string banner() const;
    /// The whole reply to one line, empty for an empty line. `line` must stay until it is there.
    Task<std::string> answer(std::string_view line);
    /// The answer to a line that was too long to be read.
    std::string too_long() const;
    std::string timed_out() const;

    /// QUIT was answered.
    bool quit() const { return quit_; }
    bool logged_in() const { return member_.has_value(); }

private:
    using Command = protocol::SundayCommand;

    struct LoggedIn {
        protocol::AccountId account{};
        std::string name;
    };

    // A coroutine outlives the call that makes it, hence its copy; the line itself stays.
    Task<std::string> run(const Command& command);
    std::string user(const Command& command);
    Task<std::string> pass(Command command);
    Task<std::string> ibutton(Command command);
    std::string logged_in_reply(const Authenticator::Result& result);
    std::string whoami() const;
    Task<std::string> getbalance(Command command);
    Task<std::string> history(Command command);
    Task<std::string> sendcredits(Command command);
    Task<std::string> addcredits(Command command);
    Task<std::string> isvaliduser(Command command);
    Task<std::string> queryadmin(Command command);
    Task<std::string> log_message(Command command);
    std::string machine(const Command& command);
    std::string stat(const Command& command) const;
    Task<std::string> drop(const Command& command);
    Task<std::string> rand(const Command& command);
    Task<std::string> drop_slot(std::optional<int> slot, std::chrono::seconds delay);
    /// Nothing when it is not a number of seconds within the bound.
    std::optional<std::chrono::seconds> delay_of(std::string_view text) const;
    std::string temperature(const Command& command) const;
    std::string location(const Command& command) const;
    std::string account_manager(const Command& command) const;
    std::string server_state() const;

    /// Who is logged in, as the ledger knows now, or not_logged_in: locked or closed since.
    std::expected<ledger::Member, protocol::Refusal> asker(ledger::Ledger& ledger) const;
    /// The same, or access_denied.
    std::expected<ledger::Member, protocol::Refusal> asking_admin(ledger::Ledger& ledger) const;
    /// What the ledger calls who is logged in, where it says who did something.
    std::string actor() const { return "member:" + member_->name; }

    std::string refuse(protocol::Refusal refusal, std::string_view detail = {}) const;
    /// A wrong number of arguments; only js tells how the verb is used.
    std::string wrong_count(std::string_view js_usage) const;
    /// What it is, and if it is that, how the verb is used.
    std::string refuse_with_usage(protocol::Refusal refusal, std::string_view js_usage) const;
    std::string machine_usage() const;

    House& house_;
    const protocol::Dialect dialect_;
    const std::int64_t session_;
    const Connections::Place& place_;
    const PassDelay pass_delay_;
    std::size_t machine_;
    std::string pending_user_;
    std::optional<LoggedIn> member_;
    bool quit_ = false;
};

}  // namespace drinkd
