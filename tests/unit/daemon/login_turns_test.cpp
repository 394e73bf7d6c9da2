#include "daemon/login_turns.hpp"

#include "support/catch.hpp"

#include <boost/asio/co_spawn.hpp>

#include <optional>
#include <string>
#include <vector>

using namespace drinkd;

namespace {

AddressKey address(std::uint8_t last)
{
    AddressKey key;
    key.bytes = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 7, last};
    return key;
}

const auto here = address(20);
const auto elsewhere = address(21);

// Logins that arrive when the test says so, and end when it says so.
class Logins {
public:
    Logins() = default;
    Logins(const Logins&) = delete;
    Logins& operator=(const Logins&) = delete;
    ~Logins()
    {
        // Nobody may sleep for ever.
        stop();
        decide();
    }

    void arrive(const AddressKey& from, std::string name)
    {
        asio::co_spawn(
            asio::make_strand(io_.get_executor()), log_in(from, std::move(name)),
            [](std::exception_ptr) {});
        run();
    }
    // The login that has its turn is decided.
    void decide()
    {
        turn_.reset();
        run();
    }
    void stop()
    {
        turns_.stop();
        run();
    }

    // Who had a turn, in that order.
    const std::vector<std::string>& served() const { return served_; }
    std::size_t refused() const { return refused_; }

private:
    Task<> log_in(AddressKey from, std::string name)
    {
        auto turn = co_await turns_.take(from);
        if (!turn) {
            ++refused_;
            co_return;
        }
        served_.push_back(std::move(name));
        turn_.emplace(*std::move(turn));
    }
    void run()
    {
        io_.restart();
        io_.poll();
    }

    asio::io_context io_;
    LoginTurns turns_{io_};
    std::optional<LoginTurns::Turn> turn_;
    std::vector<std::string> served_;
    std::size_t refused_ = 0;
};

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("login turns: the next login has its turn when the last is decided")
{
    Logins logins;
    logins.arrive(here, "alice");
    logins.arrive(here, "bob");
    CHECK(logins.served() == Names{"alice"});
    logins.decide();
    CHECK(logins.served() == Names{"alice", "bob"});
}

TEST_CASE("login turns: whoever comes when nobody waits need not wait")
{
    Logins logins;
    logins.arrive(here, "alice");
    logins.decide();
    logins.arrive(here, "bob");
    CHECK(logins.served() == Names{"alice", "bob"});
}

TEST_CASE("login turns: an address that sends many does not hold up another")
{
    Logins logins;
    for (int guess = 0; guess < 100; ++guess) logins.arrive(here, "guess");
    logins.arrive(elsewhere, "alice");
    logins.arrive(elsewhere, "bob");
    for (int decided = 0; decided < 4; ++decided) logins.decide();
    CHECK(logins.served() == Names{"guess", "guess", "alice", "guess", "bob"});
}

TEST_CASE("login turns: one more than may wait of an address is refused, others are not")
{
    Logins logins;
    for (int login = 0; login < 1 + 256; ++login) logins.arrive(here, "alice");
    CHECK(logins.refused() == 0);
    logins.arrive(here, "alice");
    CHECK(logins.refused() == 1);
    logins.arrive(elsewhere, "bob");
    CHECK(logins.refused() == 1);
}

TEST_CASE("login turns: when the daemon stops nobody waits any more")
{
    Logins logins;
    for (const auto* name : {"alice", "bob", "carol"}) logins.arrive(here, name);
    logins.stop();
    CHECK(logins.refused() == 2);
    logins.arrive(elsewhere, "dave");
    CHECK(logins.refused() == 3);
    logins.decide();
    CHECK(logins.served() == Names{"alice"});
}
