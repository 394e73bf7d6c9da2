#include "daemon/asio.hpp"
#include "support/catch.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <thread>

using namespace drinkd;

namespace {

// Sleeps until another strand has done something small, as who asks every machine how it is does.
Task<> ask(Strand other, int times, int& answers)
{
    for (int time = 0; time < times; ++time) {
        Wake wake;
        co_await wake.sleep([&] {
            asio::dispatch(other, [&] {
                ++answers;
                wake.wake();
            });
        });
    }
}

}  // namespace

TEST_CASE("wake: one that is woken at once, however often, does not run out of stack")
{
    constexpr int times = 200'000;
    asio::io_context io;
    int answers = 0;
    asio::co_spawn(
        asio::make_strand(io.get_executor()),
        ask(asio::make_strand(io.get_executor()), times, answers), asio::detached);
    io.run();
    CHECK(answers == times);
}

TEST_CASE("wake: the sleeper goes on on its own strand, whichever thread wakes it")
{
    asio::io_context io;
    const auto home = asio::make_strand(io.get_executor());
    std::jthread other;
    bool at_home = false;
    const auto sleeper = [&]() -> Task<> {
        Wake wake;
        co_await wake.sleep([&] { other = std::jthread{[&] { wake.wake(); }}; });
        at_home = home.running_in_this_thread();
    };
    asio::co_spawn(home, sleeper(), asio::detached);
    io.run();
    CHECK(at_home);
}
