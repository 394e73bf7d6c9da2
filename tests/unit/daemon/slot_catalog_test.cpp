#include "daemon/slot_catalog.hpp"

#include "support/catch.hpp"

#include <array>
#include <string>
#include <vector>

using drinkd::SlotCatalog;
using ledger::MachineKey;

namespace {

machines::Slot slot(protocol::SlotNumber number, const std::string& item, std::int64_t stock)
{
    machines::Slot result;
    result.number = number;
    result.item = item;
    result.stock = stock;
    return result;
}

// The machines in the order of the settings; the ledger numbered them otherwise.
SlotCatalog two_machines()
{
    const std::array keys{MachineKey{7}, MachineKey{3}};
    return SlotCatalog{
        keys, {{slot(1, "Coke", 12), slot(4, "Club-Mate", 3)}, {slot(1, "Chips", 5)}}};
}

std::vector<std::string> shown(const SlotCatalog& catalog, std::size_t machine)
{
    return catalog.read(machine, [](std::span<const machines::Slot> slots) {
        std::vector<std::string> lines;
        for (const auto& one : slots) {
            lines.push_back(
                std::to_string(one.number) + " " + one.item + " " + std::to_string(one.left()));
        }
        return lines;
    });
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("slot catalog: shows the slots of each machine as they were given")
{
    const auto catalog = two_machines();
    CHECK(shown(catalog, 0) == Lines{"1 Coke 12", "4 Club-Mate 3"});
    CHECK(shown(catalog, 1) == Lines{"1 Chips 5"});
}

TEST_CASE("slot catalog: takes over the slots that a commit changed, and no others")
{
    auto catalog = two_machines();
    catalog.update({{.machine = MachineKey{7}, .slot = slot(4, "Club-Mate", 2)}});
    CHECK(shown(catalog, 0) == Lines{"1 Coke 12", "4 Club-Mate 2"});
    CHECK(shown(catalog, 1) == Lines{"1 Chips 5"});
}

TEST_CASE("slot catalog: the last of several changes of a slot counts")
{
    auto catalog = two_machines();
    catalog.update(
        {{.machine = MachineKey{3}, .slot = slot(1, "Chips", 4)},
         {.machine = MachineKey{3}, .slot = slot(1, "Chips", 3)}});
    CHECK(shown(catalog, 1) == Lines{"1 Chips 3"});
}

TEST_CASE("slot catalog: machines and slots that left the settings are not shown")
{
    auto catalog = two_machines();
    catalog.update(
        {{.machine = MachineKey{99}, .slot = slot(1, "Old", 1)},
         {.machine = MachineKey{7}, .slot = slot(9, "Old", 1)}});
    CHECK(shown(catalog, 0) == Lines{"1 Coke 12", "4 Club-Mate 3"});
    CHECK(shown(catalog, 1) == Lines{"1 Chips 5"});
}
