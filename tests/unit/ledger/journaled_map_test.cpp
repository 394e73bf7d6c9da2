#include "ledger/journaled_map.hpp"

#include "support/catch.hpp"

#include <set>

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

TEST_CASE("journaled map: the changes since the last commit can be visited")
{
    auto map = map_with_one();
    map.insert(2, 20);
    map.edit(1) = 11;
    std::set<int> changed;
    map.for_each_change([&](int key) { changed.insert(key); });
    REQUIRE(changed == std::set{1, 2});
}
