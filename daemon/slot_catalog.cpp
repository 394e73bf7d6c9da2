#include "daemon/slot_catalog.hpp"

#include <algorithm>

namespace drinkd {

SlotCatalog::SlotCatalog(
    std::span<const ledger::MachineKey> keys, std::vector<std::vector<machines::Slot>> slots)
{
    for (std::size_t machine = 0; machine < keys.size(); ++machine) {
        index_.emplace(keys[machine], machine);
        shelves_.emplace_back().slots = std::move(slots.at(machine));
    }
}

void SlotCatalog::update(const std::vector<ledger::ChangedSlot>& changed)
{
    for (const auto& change : changed) {
        // The ledger also remembers machines and slots that left the settings.
        const auto machine = index_.find(change.machine);
        if (machine == index_.end()) continue;
        auto& shelf = shelves_[machine->second];
        const std::scoped_lock lock{shelf.mutex};
        const auto slot =
            std::ranges::find(shelf.slots, change.slot.number, &machines::Slot::number);
        if (slot != shelf.slots.end()) *slot = change.slot;
    }
}

}  // namespace drinkd
