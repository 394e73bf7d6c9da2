// Reserving a drop: what it holds, and why it may be refused.
#include "ledger_rig.hpp"
#include "support/catch.hpp"

using ledger::DropEvent;

TEST_CASE("reserve: the price is held and can not be spent again")
{
    LedgerRig rig;
    const auto bob = rig.add_member("bob", 80);
    rig.reserve(bob, 1);
    REQUIRE(rig.balance("bob") == 30);
    const auto taken = rig.ledger().add_credits("bob", -31, test_cause);
    REQUIRE(taken.error() == Refusal::poor);
    rig.require_sound();
}

TEST_CASE("reserve: nothing is transferred before the drop is settled")
{
    LedgerRig rig;
    const auto before = rig.figure("SELECT count(*) FROM transfers");
    rig.reserve(1);
    rig.commit();
    REQUIRE(rig.figure("SELECT count(*) FROM transfers") == before);
    REQUIRE(rig.figure("SELECT balance FROM accounts WHERE name = 'ann'") == 1'000);
}

TEST_CASE("reserve: the item is held and can not be sold again")
{
    LedgerRig rig;
    rig.reserve(3);
    REQUIRE(rig.slot(3).left() == 0);
    REQUIRE(rig.slot(3).held == 1);
    REQUIRE(rig.refusal(rig.add_member("bob", 100), 3) == Refusal::slot_empty);
}

TEST_CASE("reserve: the answer names the item and its price")
{
    LedgerRig rig;
    const auto reserved = rig.ledger().reserve(rig.ann, rig.machine, 1);
    REQUIRE(reserved->item == "Coke");
    REQUIRE(reserved->price == 50);
}

TEST_CASE("reserve: a drop is written down with its account, slot, price, state and time")
{
    LedgerRig rig;
    const auto drop = rig.reserve(1);
    rig.commit();
    REQUIRE(
        rig.text("SELECT format('%d %s %d %s %d %d', drops.id, accounts.name, number, drops.item, "
                 "drops.price, drops.opened_at) FROM drops JOIN accounts ON accounts.id = account "
                 "JOIN slots ON slots.id = slot WHERE state = 'reserved'") ==
        std::to_string(number(drop)) + " ann 1 Coke 50 1700000000000");
}

TEST_CASE("reserve: an account that does not exist, is locked or is closed is refused")
{
    LedgerRig rig;
    REQUIRE(rig.refusal(AccountId{99}, 1) == Refusal::not_logged_in);
    ledger::AccountChange locked;
    locked.locked = true;
    REQUIRE(rig.ledger().change_account("ann", locked).has_value());
    REQUIRE(rig.refusal(rig.ann, 1) == Refusal::not_logged_in);
    const auto bob = rig.add_member("bob", 100);
    REQUIRE(rig.ledger().close_account("bob", test_cause).has_value());
    REQUIRE(rig.refusal(bob, 1) == Refusal::not_logged_in);
}

TEST_CASE("reserve: a member has one drop under way")
{
    LedgerRig rig;
    const auto drop = rig.reserve(1);
    REQUIRE(rig.refusal(rig.ann, 1) == Refusal::busy);
    rig.settle(drop, DropEvent::acked);
    rig.reserve(1);
    rig.require_sound();
}

TEST_CASE("reserve: a drop in doubt is not under way")
{
    LedgerRig rig;
    rig.settle(rig.reserve(1), DropEvent::lost);
    const auto second = rig.reserve(1);
    rig.settle(second, DropEvent::lost);
    rig.reserve(1);
    REQUIRE(rig.balance("ann") == 1'000 - 3 * 50);
    REQUIRE(rig.slot(1).held == 3);
    rig.require_sound();
}

TEST_CASE("reserve: when an older doubt ends, the drop under way still is")
{
    LedgerRig rig;
    const auto doubt = rig.reserve(1);
    rig.settle(doubt, DropEvent::lost);
    rig.reserve(1);
    rig.settle(doubt, DropEvent::acked);
    REQUIRE(rig.refusal(rig.ann, 1) == Refusal::busy);
}

TEST_CASE("reserve: two members may drop from one slot at once")
{
    LedgerRig rig;
    const auto bob = rig.add_member("bob", 100);
    rig.reserve(1);
    rig.reserve(bob, 1);
    REQUIRE(rig.slot(1).left() == 8);
    rig.require_sound();
}

TEST_CASE("reserve: a slot that the machine does not have is refused")
{
    LedgerRig rig;
    REQUIRE(rig.refusal(rig.ann, 9) == Refusal::no_such_slot);
    const auto elsewhere = rig.ledger().reserve(rig.ann, ledger::MachineKey{77}, 1);
    REQUIRE(elsewhere.error() == Refusal::no_such_slot);
}

TEST_CASE("reserve: a disabled slot is refused")
{
    LedgerRig rig;
    rig.settings[0].slots[0].enabled = false;
    rig.take_settings();
    REQUIRE(rig.refusal(rig.ann, 1) == Refusal::slot_disabled);
}

TEST_CASE("reserve: an empty slot is refused")
{
    LedgerRig rig;
    REQUIRE(rig.refusal(rig.ann, 4) == Refusal::slot_empty);
}

TEST_CASE("reserve: a slot whose sensor says empty is refused, whatever its count")
{
    LedgerRig rig;
    rig.sense(1, Sensor::empty);
    REQUIRE(rig.refusal(rig.ann, 1) == Refusal::slot_empty);
    rig.sense(2, Sensor::empty);
    REQUIRE(rig.refusal(rig.ann, 2) == Refusal::slot_empty);
}

TEST_CASE("reserve: a member who can not pay is refused, to the last credit")
{
    LedgerRig rig;
    REQUIRE(rig.refusal(rig.add_member("bob", 49), 1) == Refusal::poor);
    rig.reserve(rig.add_member("cat", 50), 1);
}

TEST_CASE("reserve: credits held by a doubt do not pay for another drop")
{
    LedgerRig rig;
    const auto bob = rig.add_member("bob", 99);
    rig.settle(rig.reserve(bob, 1), DropEvent::lost);
    REQUIRE(rig.refusal(bob, 1) == Refusal::poor);
    rig.reserve(bob, 3);
}

TEST_CASE("reserve: the first reason counts: member, busy, slot, disabled, empty, credits")
{
    LedgerRig rig;
    auto& slot = rig.settings[0].slots[3];  // Empty already.
    slot.enabled = false;
    slot.price = 5'000;
    rig.take_settings();

    const auto drop = rig.reserve(1);
    ledger::AccountChange lock;
    lock.locked = true;
    REQUIRE(rig.ledger().change_account("ann", lock).has_value());
    REQUIRE(rig.refusal(rig.ann, 9) == Refusal::not_logged_in);
    lock.locked = false;
    REQUIRE(rig.ledger().change_account("ann", lock).has_value());
    REQUIRE(rig.refusal(rig.ann, 9) == Refusal::busy);
    rig.settle(drop, DropEvent::withdrawn);
    REQUIRE(rig.refusal(rig.ann, 9) == Refusal::no_such_slot);
    REQUIRE(rig.refusal(rig.ann, 4) == Refusal::slot_disabled);
    slot.enabled = true;
    rig.take_settings();
    REQUIRE(rig.refusal(rig.ann, 4) == Refusal::slot_empty);
    slot.count = 1;
    rig.take_settings();
    REQUIRE(rig.refusal(rig.ann, 4) == Refusal::poor);
}

TEST_CASE("reserve: a refusal changes nothing")
{
    LedgerRig rig;
    const auto before = memory_of(rig.ledger(), rig.machine, {"ann"});
    const auto batch = rig.figure("SELECT batch FROM ledger");
    REQUIRE(rig.refusal(rig.ann, 4) == Refusal::slot_empty);
    rig.commit();
    REQUIRE(memory_of(rig.ledger(), rig.machine, {"ann"}) == before);
    REQUIRE(rig.figure("SELECT batch FROM ledger") == batch);
}

TEST_CASE("reserve: a slot that is not counted can always be sold, to several at once")
{
    LedgerRig rig;
    const auto bob = rig.add_member("bob", 0);
    const auto first = rig.reserve(2);
    const auto second = rig.reserve(bob, 2);
    rig.settle(first, DropEvent::acked);
    rig.settle(second, DropEvent::acked);
    REQUIRE_FALSE(rig.slot(2).stock.has_value());
    REQUIRE(rig.slot(2).sold == 2);
    rig.require_sound();
}

TEST_CASE("reserve: a free item needs no credits and no transfer")
{
    LedgerRig rig;
    const auto bob = rig.add_member("bob", 0);
    const auto before = rig.figure("SELECT count(*) FROM transfers");
    rig.settle(rig.reserve(bob, 2), DropEvent::acked);
    rig.commit();
    REQUIRE(rig.figure("SELECT count(*) FROM transfers") == before);
    rig.require_sound();
}

TEST_CASE("reserve: where the sensor sees something and the count says none, one can be sold")
{
    LedgerRig rig;
    rig.sense(4, Sensor::present);
    REQUIRE(rig.slot(4).left() == 1);
    const auto drop = rig.reserve(4);
    REQUIRE(rig.slot(4).stock == 1);
    REQUIRE(rig.slot(4).left() == 0);
    rig.require_sound();
    rig.settle(drop, DropEvent::acked);
    REQUIRE(rig.slot(4).stock == 0);
    REQUIRE(rig.slot(4).sold == 1);
    rig.require_sound();
}

TEST_CASE("reserve: the sensor is believed for one open drop of a slot at a time")
{
    LedgerRig rig;
    rig.sense(4, Sensor::present);
    const auto drop = rig.reserve(4);
    const auto bob = rig.add_member("bob", 100);
    REQUIRE(rig.refusal(bob, 4) == Refusal::slot_empty);
    rig.settle(drop, DropEvent::lost);
    REQUIRE(rig.refusal(bob, 4) == Refusal::slot_empty);
    rig.settle(drop, DropEvent::acked);
    rig.reserve(bob, 4);
    rig.require_sound();
}

TEST_CASE("reserve: a count that was corrected by the sensor is put back when it is released")
{
    for (const auto event : {DropEvent::nacked, DropEvent::withdrawn, DropEvent::not_sent}) {
        LedgerRig rig;
        rig.sense(4, Sensor::present);
        rig.settle(rig.reserve(4), event);
        REQUIRE(rig.slot(4).stock == 0);
        REQUIRE(rig.slot(4).held == 0);
        rig.require_sound();
    }
}

TEST_CASE("reserve: a corrected count is put back also after a restart")
{
    LedgerRig rig;
    rig.sense(4, Sensor::present);
    const auto drop = rig.reserve(4);
    rig.commit();
    rig.reopen();
    REQUIRE(rig.slot(4).stock == 1);
    rig.settle(drop, DropEvent::nacked);
    REQUIRE(rig.slot(4).stock == 0);
    rig.require_sound();
}

TEST_CASE("reserve: a drop keeps its price when the slot's price changes")
{
    LedgerRig rig;
    const auto drop = rig.reserve(1);
    rig.settings[0].slots[0].price = 70;
    rig.take_settings();
    REQUIRE(rig.settle(drop, DropEvent::acked).balance == 950);
    rig.require_sound();
}
