#pragma once

#include "daemon/ledger_service.hpp"
#include "daemon/login_guard.hpp"
#include "daemon/login_turns.hpp"
#include "daemon/password.hpp"

#include <chrono>
#include <expected>
#include <functional>
#include <string>

namespace drinkd {

/// How time passes on a connection: false when its peer is gone before, or the daemon stops.
using PassDelay = std::function<Task<bool>(Clock::duration)>;

/// Who somebody is, for every front door. Any thread may call it.
class Authenticator {
public:
    Authenticator(asio::io_context& io, LedgerService& ledger) : ledger_{ledger}, turns_{io} {}

    struct Refused {
        protocol::Refusal refusal{};
        /// False when it was turned away before: whoever sends many should not cause as much work.
        bool looked_at = true;
        /// Not zero when it was turned away because there were too many wrong ones.
        std::chrono::seconds retry_after{0};
    };
    using Result = std::expected<ledger::Member, Refused>;

    /// The member with that name and password, or refused with wrong_password (whatever of it is
    /// wrong) or, when it was not compared, ledger_unavailable. The password is wiped.
    Task<Result> log_in(
        std::string name, std::string password, AddressKey from, const PassDelay& pass_delay);

    /// The member with that iButton, or refused with unknown_ibutton or ledger_unavailable.
    Task<Result> log_in_by_ibutton(
        std::string ibutton, AddressKey from, const PassDelay& pass_delay);

    /// The daemon stops: logins that wait for their turn are refused.
    void stop() { turns_.stop(); }

private:
    Task<Result> compare(const std::string& name, const std::string& password, AddressKey from);

    LedgerService& ledger_;
    LoginTurns turns_;
    PasswordChecker passwords_;
    LoginGuard guard_;
};

}  // namespace drinkd
