#pragma once

#include "ledger/ledger.hpp"
#include "machines/slot.hpp"

#include <deque>
#include <map>
#include <mutex>
#include <span>
#include <vector>

namespace drinkd {

/// Every machine's slots as they were last committed, for whoever wants to show them or to look
/// again before sending. It decides nothing about credits or stock: that is the ledger's. Any
/// thread may call it.
class SlotCatalog {
public:
    /// `slots[i]` are the slots of the machine with `keys[i]`, ascending by number.
    SlotCatalog(
        std::span<const ledger::MachineKey> keys, std::vector<std::vector<machines::Slot>> slots);

    /// Takes over what a commit changed.
    void update(const std::vector<ledger::ChangedSlot>& changed);

    /// Calls `look(std::span<const machines::Slot>)` with a machine's slots. It must not wait.
    template <class Look>
    auto read(std::size_t machine, Look look) const
    {
        const auto& shelf = shelves_.at(machine);
        const std::scoped_lock lock{shelf.mutex};
        return look(std::span<const machines::Slot>{shelf.slots});
    }

private:
    struct Shelf {
        mutable std::mutex mutex;
        std::vector<machines::Slot> slots;
    };

    std::map<ledger::MachineKey, std::size_t> index_;
    std::deque<Shelf> shelves_;  // A deque, since a mutex cannot be moved.
};

}  // namespace drinkd
