#include "daemon/password.hpp"

#include <boost/asio/post.hpp>
#include <sodium.h>

#include <array>
#include <new>
#include <stdexcept>
#include <unistd.h>

namespace drinkd {
namespace {

// A comparison takes as long as thousands of drops. Where all cores are busy, a thread of this
// level gets a thirtieth of what another does: many logins hardly hold up drops, and are not held
// up for ever themselves.
constexpr int gives_way = 15;

}  // namespace

void set_up_passwords()
{
    if (sodium_init() < 0) throw std::runtime_error{"libsodium cannot be used"};
}

std::string hash_password(std::string_view password)
{
    std::array<char, crypto_pwhash_STRBYTES> hash{};
    const int result = crypto_pwhash_str_alg(
        hash.data(), password.data(), password.size(), crypto_pwhash_OPSLIMIT_INTERACTIVE,
        crypto_pwhash_MEMLIMIT_INTERACTIVE, crypto_pwhash_ALG_ARGON2ID13);
    if (result != 0) throw std::runtime_error{"not enough memory to hash a password"};
    return hash.data();
}

bool is_password_hash(const std::string& text)
{
    return text.starts_with(crypto_pwhash_STRPREFIX) && text.size() < crypto_pwhash_STRBYTES &&
           crypto_pwhash_str_needs_rehash(
               text.c_str(), crypto_pwhash_OPSLIMIT_INTERACTIVE,
               crypto_pwhash_MEMLIMIT_INTERACTIVE) == 0;
}

void wipe(std::string& secret)
{
    sodium_memzero(secret.data(), secret.size());
    secret.clear();
}

PasswordChecker::PasswordChecker()
{
    std::array<unsigned char, 32> random{};
    randombytes_buf(random.data(), random.size());
    no_ones_hash_ = hash_password({reinterpret_cast<const char*>(random.data()), random.size()});
    // On Linux this is of the calling thread alone.
    asio::post(thread_, [] { [[maybe_unused]] const int level = ::nice(gives_way); });
}

Task<bool> PasswordChecker::matches(const std::string& hash, const std::string& password)
{
    const auto& compared = hash.empty() ? no_ones_hash_ : hash;
    bool equal = false;
    Wake wake;
    co_await wake.sleep([&] {
        asio::post(thread_, [&] {
            equal =
                crypto_pwhash_str_verify(compared.c_str(), password.data(), password.size()) == 0;
            // For lack of memory it fails as for a wrong password, which nobody must be told then.
            // It does not say which (errno is EINVAL for both), so this asks for as much memory
            // again.
            if (!equal) ::operator delete(::operator new(crypto_pwhash_MEMLIMIT_INTERACTIVE));
            wake.wake();
        });
    });
    co_return equal && !hash.empty();
}

}  // namespace drinkd
