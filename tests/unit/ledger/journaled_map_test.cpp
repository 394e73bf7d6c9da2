#include "ledger/journaled_map.hpp"

#include "support/catch.hpp"

#include <utility>
#include <vector>

using Map = ledger::JournaledMap<int, int>;

namespace {

Map map_with_one()
{
    Map map;
    map.insert(1, 10);
    map.commit();
    return map;
}

}  // namespace

TEST_CASE("journaled map: a rollback takes back what was added")
{
    auto map = map_with_one();
    map.insert(2, 20);
    map.rollback();
    REQUIRE(map.find(2) == nullptr);
    REQUIRE(map.size() == 1);
}

TEST_CASE("journaled map: a rollback takes back every change of an entry")
{
    auto map = map_with_one();
    map.edit(1) = 11;
    map.edit(1) = 12;
    map.rollback();
    REQUIRE(map.at(1) == 10);
}

TEST_CASE("journaled map: a rollback brings an erased entry back as it was before all changes")
{
    auto map = map_with_one();
    map.edit(1) = 11;
    map.erase(1);
    map.insert(1, 12);
    map.rollback();
    REQUIRE(map.at(1) == 10);
}

TEST_CASE("journaled map: what was committed stays after a rollback")
{
    auto map = map_with_one();
    map.edit(1) = 11;
    map.commit();
    map.rollback();
    REQUIRE(map.at(1) == 11);
}

TEST_CASE("journaled map: what changed since the last commit is visited once, as it is now")
{
    auto map = map_with_one();
    map.insert(2, 20);
    map.insert(3, 30);
    map.edit(1) = 11;
    map.edit(1) = 12;
    map.erase(3);
    using Visits = std::vector<std::pair<int, int>>;
    Visits visits;
    map.for_each_changed([&](int key, int value) { visits.emplace_back(key, value); });
    REQUIRE(visits == Visits{{1, 12}, {2, 20}});
    map.commit();
    map.for_each_changed([](int, int) { FAIL("nothing changed since"); });
}
