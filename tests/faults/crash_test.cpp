// Programs that end as by a power failure, in the middle of everything.
#include "busy_house.hpp"
#include "support/catch.hpp"

using namespace faults;

TEST_CASE("crash: a daemon that is killed under load loses nothing and charges nothing twice")
{
    BusyHouse house;
    for (int round = rounds(3); round > 0; --round) {
        house.drop_until(any_below(100), [&] { house.daemon.kill9(); });
        REQUIRE(house.daemon.run({"ledger", "verify"}).exit_code == 0);
        house.daemon.start();
        wait_until_online(house.daemon);
    }
    house.check_books();
}

TEST_CASE("crash: boards that are killed under load are charged for what fell, and nothing else")
{
    BusyHouse house;
    for (int round = rounds(3); round > 0; --round) {
        house.drop_until(any_below(100), [&] {
            house.noting.kill9();
            house.plain.kill9();
        });
        house.noting.start();
        house.plain.start();
        wait_until_online(house.daemon);
    }
    house.check_books();
}

TEST_CASE("crash: a daemon and boards that are killed at once, as by a power failure, lose nothing")
{
    BusyHouse house;
    for (int round = rounds(2); round > 0; --round) {
        house.drop_until(any_below(100), [&] {
            house.noting.kill9();
            house.daemon.kill9();
            house.plain.kill9();
        });
        REQUIRE(house.daemon.run({"ledger", "verify"}).exit_code == 0);
        house.noting.start();
        house.plain.start();
        house.daemon.start();
        wait_until_online(house.daemon);
    }
    house.check_books();
}
