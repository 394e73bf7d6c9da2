// Random walks of a ledger through everything that can be asked of it, with faults and restarts.
#include "ledger/batch.hpp"
#include "ledger_rig.hpp"
#include "support/catch.hpp"
#include "support/faulty_vfs.hpp"

#include <array>
#include <random>
#include <string>
#include <vector>

using ledger::DropEvent;

namespace {

class Walk : ledger::Operation {
public:
    explicit Walk(unsigned seed) : random_{seed} {}

    // One batch of one random operation, on a disk that sometimes fails.
    void step()
    {
        const auto fault = pick(12);
        const int times = 1 + static_cast<int>(pick(3));
        if (fault == 0) disk_.fail_writes(SQLITE_FULL, times);
        if (fault == 1) disk_.fail_writes(SQLITE_IOERR_WRITE, times);
        if (fault == 2) disk_.fail_syncs(SQLITE_IOERR_FSYNC, times);
        const std::array<ledger::Operation*, 1> batch{this};
        seed_ = random_();
        const auto unknown = ledger::run_batch(rig_.ledger(), batch).unknown;
        disk_.heal();
        if (!unknown.empty()) REQUIRE(ledger::settle_unknown(rig_.ledger(), unknown));
        if (pick(20) == 0) rig_.reopen();
        rig_.now_ms += 1'000;
    }

    void require_sound() { rig_.require_sound(); }

private:
    void run(ledger::Ledger& ledger) override
    {
        std::mt19937 random{seed_};  // The same again when it has to be run again.
        const auto any = [&](auto count) { return static_cast<int>(random() % count); };
        const std::string name{"abcdefgh"[any(8U)]};
        const auto slot = static_cast<SlotNumber>(1 + any(5U));
        switch (any(11U)) {
            case 0:
            case 1:
            case 2: {
                const auto member = ledger.find_member(name);
                if (!member) break;
                const auto drop = ledger.reserve(member->account, rig_.machine, slot);
                if (drop) drops_.push_back(drop->drop);
                break;
            }
            case 3:
            case 4:
            case 5:
                if (!drops_.empty()) {
                    const auto drop = drops_[random() % drops_.size()];
                    ledger.settle(drop, static_cast<DropEvent>(1 + any(7U)), test_cause);
                }
                break;
            case 6: {
                ledger::NewAccount account;
                account.name = name;
                account.credits = any(500U);
                (void)ledger.open_account(account, test_cause);
                break;
            }
            case 7:
                if (any(3U) == 0) {
                    (void)ledger.close_account(name, test_cause);
                } else {
                    (void)ledger.add_credits(name, any(400U) - 200, test_cause);
                }
                break;
            case 8: {
                const auto from = ledger.find_member(name);
                const std::string to{"abcdefgh"[any(8U)]};
                if (from) (void)ledger.send_credits(from->account, to, any(200U) - 20, "tester");
                break;
            }
            case 9: {
                const std::array report{ledger::SensedSlot{
                    .slot = slot, .sensor = any(2U) == 0 ? Sensor::empty : Sensor::present}};
                ledger.set_sensors(rig_.machine, report);
                break;
            }
            default: {
                auto machine = machine_setting("d");
                for (auto& one : machine.slots) {
                    if (any(3U) == 0) one.count = any(4U);
                    if (any(6U) == 0) one.count.reset();
                    if (any(4U) == 0) one.price = any(100U);
                }
                if (any(4U) == 0) machine.slots.pop_back();
                rig_.settings = {machine};
                ledger.take_settings(rig_.settings);
            }
        }
    }
    void fail() override {}

    unsigned pick(unsigned count) { return static_cast<unsigned>(random_() % count); }

    std::mt19937 random_;
    FaultyVfs disk_;
    LedgerRig rig_;
    std::mt19937::result_type seed_ = 0;
    std::vector<DropId> drops_;
};

}  // namespace

TEST_CASE("ledger walk: every rule holds and memory is what the file says, whatever happens")
{
    for (unsigned seed = 1; seed <= 8; ++seed) {
        INFO("seed " << seed);
        Walk walk{seed};
        for (int step = 0; step < 150; ++step) {
            walk.step();
            if (step % 50 == 0) walk.require_sound();
        }
        walk.require_sound();
    }
}
