#pragma once

#include "daemon/ledger_service.hpp"
#include "daemon/login_guard.hpp"
#include "daemon/password.hpp"

#include <chrono>
#include <expected>
#include <string>

namespace drinkd {

/// Who somebody is, for every front door.
class Authenticator {
public:
    explicit Authenticator(LedgerService& ledger) : ledger_{ledger} {}

    struct Refused {
        protocol::Refusal refusal{};
        /// Not zero when the attempt was not looked at because there were too many wrong ones.
        std::chrono::seconds retry_after{0};
    };
    using Result = std::expected<ledger::Member, Refused>;

    /// The member with that name and password, or refused with wrong_password (whatever of it is
    /// wrong) or ledger_unavailable. The password is wiped.
    Task<Result> log_in(std::string name, std::string password, AddressKey from);

    /// The member with that iButton, or refused with unknown_ibutton.
    Task<Result> log_in_by_ibutton(std::string ibutton, AddressKey from);

private:
    LedgerService& ledger_;
    PasswordChecker passwords_;
    LoginGuard guard_;
};

}  // namespace drinkd
