#include "daemon/password.hpp"

#include "support/catch.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <string>

using namespace drinkd;

namespace {

// What the checker says of a password, asked from a coroutine as sessions do.
bool matches(const std::string& hash, const std::string& password)
{
    asio::io_context io;
    PasswordChecker checker;
    bool result = false;
    const auto ask = [&]() -> Task<> { result = co_await checker.matches(hash, password); };
    const auto work = asio::make_work_guard(io);
    asio::co_spawn(
        asio::make_strand(io.get_executor()), ask(), [&](std::exception_ptr) { io.stop(); });
    io.run();
    return result;
}

struct Ready {
    Ready() { set_up_passwords(); }
};

}  // namespace

TEST_CASE_METHOD(Ready, "password: its hash is argon2id and does not show it")
{
    const auto hash = hash_password("correct-horse");
    CHECK(is_password_hash(hash));
    CHECK(hash.starts_with("$argon2id$"));
    CHECK_FALSE(hash.contains("correct-horse"));
}

TEST_CASE_METHOD(Ready, "password: two hashes of one password differ")
{
    CHECK(hash_password("correct-horse") != hash_password("correct-horse"));
}

TEST_CASE_METHOD(Ready, "password: it belongs to its own hash only")
{
    const auto hash = hash_password("correct-horse");
    CHECK(matches(hash, "correct-horse"));
    CHECK_FALSE(matches(hash, "correct-hors"));
    CHECK_FALSE(matches(hash, ""));
}

TEST_CASE_METHOD(Ready, "password: an account without one is opened by none, the empty one neither")
{
    CHECK_FALSE(matches("", ""));
    CHECK_FALSE(matches("", "correct-horse"));
}

TEST_CASE_METHOD(Ready, "password: what is not such a hash is not taken for one")
{
    for (const auto* text :
         {"", "secret", "$argon2id$", "$argon2i$v=19$m=65536,t=2,p=1$c2FsdHNhbHQ$aGFzaA",
          "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaA"}) {
        INFO(text);
        CHECK_FALSE(is_password_hash(text));
    }
    CHECK_FALSE(is_password_hash("$argon2id$" + std::string(1000, 'x')));
}

TEST_CASE_METHOD(Ready, "password: a wiped secret is gone")
{
    std::string secret = "correct-horse";
    wipe(secret);
    CHECK(secret.empty());
}
