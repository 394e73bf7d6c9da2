#include "daemon/login_guard.hpp"

#include "support/catch.hpp"

#include <string>
#include <variant>

using namespace std::chrono_literals;
using drinkd::AddressKey;
using drinkd::LoginGuard;

namespace {

AddressKey address(std::uint8_t last)
{
    AddressKey key;
    key.bytes = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 7, last};
    return key;
}

// A guard with a clock that stands still unless it is moved.
class Door {
public:
    void pass(std::chrono::milliseconds time) { now_ += time; }

    LoginGuard::Verdict may_try(const AddressKey& from, const std::string& name)
    {
        return guard_.may_try(from, name, now_);
    }
    // How long an attempt has to wait before its password is compared; nothing when it is refused.
    std::optional<std::chrono::milliseconds> pause(const AddressKey& from, const std::string& name)
    {
        const auto verdict = may_try(from, name);
        const auto* compare = std::get_if<LoginGuard::Compare>(&verdict);
        if (!compare) return std::nullopt;
        return std::chrono::duration_cast<std::chrono::milliseconds>(compare->pause);
    }
    void wrong(const AddressKey& from, const std::string& name, int times = 1)
    {
        for (int time = 0; time < times; ++time) guard_.wrong(from, name, now_);
    }
    void right(const AddressKey& from, const std::string& name) { guard_.right(from, name); }

private:
    LoginGuard guard_;
    drinkd::Clock::time_point now_{1000h};
};

const auto here = address(20);
const auto elsewhere = address(21);

}  // namespace

TEST_CASE("login guard: the first five wrong passwords cost no pause")
{
    Door door;
    for (int attempt = 0; attempt < 5; ++attempt) {
        INFO("after " << attempt << " wrong ones");
        CHECK(door.pause(here, "alice") == 0ms);
        door.wrong(here, "alice");
    }
    CHECK(door.pause(here, "alice") == 1s);
}

TEST_CASE("login guard: the pause doubles with each further wrong password")
{
    Door door;
    door.wrong(here, "alice", 5);
    for (const auto pause : {1s, 2s, 4s, 8s}) {
        CHECK(door.pause(here, "alice") == pause);
        door.pass(pause);
        door.wrong(here, "alice");
    }
}

TEST_CASE("login guard: time that has passed since the wrong password is part of the pause")
{
    Door door;
    door.wrong(here, "alice", 6);
    door.pass(1500ms);
    CHECK(door.pause(here, "alice") == 500ms);
}

TEST_CASE("login guard: attempts side by side take turns")
{
    Door door;
    door.wrong(here, "alice", 5);
    CHECK(door.pause(here, "alice") == 1s);
    CHECK(door.pause(here, "alice") == 2s);
    CHECK(door.pause(here, "alice") == 3s);
}

TEST_CASE("login guard: whoever would wait for more than ten seconds is told how long instead")
{
    Door door;
    door.wrong(here, "alice", 9);
    const auto verdict = door.may_try(here, "alice");
    REQUIRE(std::holds_alternative<LoginGuard::Refuse>(verdict));
    CHECK(std::get<LoginGuard::Refuse>(verdict).retry_after == 17s);
}

TEST_CASE("login guard: the pause ends at five minutes")
{
    Door door;
    door.wrong(here, "alice", 100);
    const auto verdict = door.may_try(here, "alice");
    REQUIRE(std::holds_alternative<LoginGuard::Refuse>(verdict));
    CHECK(std::get<LoginGuard::Refuse>(verdict).retry_after <= 301s);
    door.pass(300s);
    CHECK(door.pause(here, "alice") == 0ms);
}

TEST_CASE("login guard: attempts that are refused without comparing do not lengthen the pause")
{
    Door door;
    door.wrong(here, "alice", 9);
    for (int attempt = 0; attempt < 50; ++attempt) door.may_try(here, "alice");
    door.pass(16s);
    CHECK(door.pause(here, "alice") == 0ms);
}

TEST_CASE("login guard: a right password ends the row of wrong ones")
{
    Door door;
    door.wrong(here, "alice", 5);
    door.right(here, "alice");
    CHECK(door.pause(here, "alice") == 0ms);
    door.wrong(here, "alice", 4);
    CHECK(door.pause(here, "alice") == 0ms);
}

TEST_CASE("login guard: right passwords never count")
{
    Door door;
    for (int login = 0; login < 10'000; ++login) {
        REQUIRE(door.pause(here, "alice") == 0ms);
        door.right(here, "alice");
    }
}

TEST_CASE("login guard: a row of wrong passwords is forgotten an hour after the last")
{
    Door door;
    door.wrong(here, "alice", 9);
    door.pass(61min);
    CHECK(door.pause(here, "alice") == 0ms);
    door.wrong(here, "alice", 4);
    CHECK(door.pause(here, "alice") == 0ms);
}

TEST_CASE("login guard: wrong passwords for one account do not slow down another")
{
    Door door;
    door.wrong(here, "alice", 20);
    CHECK(door.pause(here, "bob") == 0ms);
}

TEST_CASE("login guard: nobody locks a member out from another address")
{
    Door door;
    door.wrong(elsewhere, "alice", 1000);
    CHECK(door.pause(here, "alice") == 0ms);
}

TEST_CASE("login guard: a name in another case is the same account")
{
    Door door;
    door.wrong(here, "Alice", 5);
    CHECK(door.pause(here, "aLICE") == 1s);
}

TEST_CASE("login guard: an address that was wrong 200 times is refused for every account")
{
    Door door;
    for (int account = 0; account < 200; ++account) {
        const auto name = "member" + std::to_string(account);
        REQUIRE(door.pause(here, name) == 0ms);
        door.wrong(here, name);
    }
    CHECK_FALSE(door.pause(here, "alice").has_value());
    CHECK(door.pause(elsewhere, "alice") == 0ms);
}

TEST_CASE("login guard: the budget of an address is refilled by one every three seconds")
{
    Door door;
    for (int account = 0; account < 200; ++account) {
        door.wrong(here, "member" + std::to_string(account));
    }
    door.pass(2s);
    CHECK_FALSE(door.pause(here, "alice").has_value());
    door.pass(1s);
    CHECK(door.pause(here, "alice") == 0ms);
}

TEST_CASE("login guard: strangers with very many names and addresses use a bounded memory")
{
    Door door;
    // More accounts and addresses than are kept; what counts is that it ends and still guards.
    for (int guess = 0; guess < 120'000; ++guess) {
        auto from = address(static_cast<std::uint8_t>(guess));
        from.bytes[13] = static_cast<std::uint8_t>(guess >> 8);
        from.bytes[12] = static_cast<std::uint8_t>(guess >> 16);
        door.may_try(from, "member" + std::to_string(guess));
        door.wrong(from, "member" + std::to_string(guess));
    }
    door.wrong(here, "alice", 5);
    CHECK(door.pause(here, "alice") == 1s);
}
