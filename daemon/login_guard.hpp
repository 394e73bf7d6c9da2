#pragma once

#include "daemon/address.hpp"
#include "daemon/world.hpp"

#include <chrono>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>

namespace drinkd {

/// Slows down guessing of passwords. Any thread may call it.
///
/// For each account and address: after five wrong passwords in a row each further one is compared
/// only after a pause, which doubles. For each address: a loose budget of wrong passwords, over all
/// accounts. Only a password that was compared counts; a right one never does, and ends the row.
/// Nothing here depends on whether the account exists, and nothing that is done from one address
/// touches another one, so nobody can lock a member out from elsewhere.
class LoginGuard {
public:
    using Seconds = std::chrono::seconds;

    /// Compare the password after `pause`.
    struct Compare {
        Clock::duration pause{};
    };
    /// Refuse without comparing; it is worth trying again after `retry_after`.
    struct Refuse {
        Seconds retry_after{};
    };
    using Verdict = std::variant<Compare, Refuse>;

    /// To be asked before each attempt.
    Verdict may_try(const AddressKey& address, std::string_view name, Clock::time_point now);
    /// To be told of each compared password.
    void wrong(const AddressKey& address, std::string_view name, Clock::time_point now);
    void right(const AddressKey& address, std::string_view name);

private:
    struct Row {
        int wrong_in_a_row = 0;
        Clock::time_point next_try;
        Clock::time_point last_wrong;
    };
    struct Budget {
        double left = 0;
        Clock::time_point at;
    };
    using Key = std::pair<AddressKey, std::string>;
    struct KeyHash {
        std::size_t operator()(const Key& key) const;
    };

    Budget& budget_of(const AddressKey& address, Clock::time_point now);
    void forget_old(Clock::time_point now);

    std::mutex mutex_;
    std::unordered_map<Key, Row, KeyHash> rows_;
    std::unordered_map<AddressKey, Budget, AddressKeyHash> budgets_;
};

}  // namespace drinkd
