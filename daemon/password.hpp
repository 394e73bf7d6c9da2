#pragma once

#include "daemon/asio.hpp"

#include <boost/asio/thread_pool.hpp>

#include <string>
#include <string_view>

namespace drinkd {

/// Must succeed before anything else here is used. Throws std::runtime_error.
void set_up_passwords();

/// The argon2id hash of a password, with libsodium's interactive limits: some 60 ms and 64 MiB.
/// Throws std::runtime_error when there is no memory for it.
std::string hash_password(std::string_view password);

/// Whether a text has the form of such a hash.
bool is_password_hash(const std::string& text);

/// Overwrites a secret that is not needed any more.
void wipe(std::string& secret);

/// Compares passwords on a thread of its own, since one comparison takes as long as thousands of
/// drops.
class PasswordChecker {
public:
    PasswordChecker();

    /// Whether a password belongs to a hash. An empty hash belongs to no password, and takes just
    /// as long to say so.
    Task<bool> matches(const std::string& hash, const std::string& password);

private:
    std::string no_ones_hash_;
    asio::thread_pool thread_{1};
};

}  // namespace drinkd
