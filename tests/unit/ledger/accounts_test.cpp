// Opening, changing and closing accounts, and giving credits.
#include "ledger_rig.hpp"
#include "support/catch.hpp"

#include <limits>
#include <string>
#include <utility>

using ledger::AccountChange;
using ledger::DropEvent;
using ledger::NewAccount;

namespace {

constexpr Credits credits_max = (Credits{1} << 53) - 1;
const std::string first_key = "0100000012345601";
const std::string second_key = "0100000065432102";

Refusal why_not_opened(LedgerRig& rig, const NewAccount& account)
{
    const auto opened = rig.ledger().open_account(account, test_cause);
    REQUIRE_FALSE(opened.has_value());
    return opened.error();
}

NewAccount named(std::string name)
{
    NewAccount account;
    account.name = std::move(name);
    return account;
}

std::string last_transfer(LedgerRig& rig)
{
    rig.commit();
    return rig.text(
        "SELECT format('%d: %d from %s to %s by %s for %s', at, amount, debits.name, credits.name, "
        "actor, reason) FROM transfers JOIN accounts AS debits ON debits.id = debit "
        "JOIN accounts AS credits ON credits.id = credit ORDER BY transfers.id DESC LIMIT 1");
}

}  // namespace

TEST_CASE("accounts: a new one has what it was given, from the house")
{
    LedgerRig rig;
    auto account = named("bob");
    account.admin = true;
    account.credits = 300;
    account.ibutton = first_key;
    account.password_hash = "$argon2id$...";
    const auto opened = rig.ledger().open_account(account, test_cause);
    REQUIRE(opened.has_value());
    REQUIRE(opened->name == "bob");
    REQUIRE(opened->admin);
    REQUIRE(opened->balance == 300);
    REQUIRE(rig.ledger().find_ibutton(first_key) == opened->account);
    const auto credentials = rig.ledger().find_credentials("bob");
    REQUIRE(credentials->account == opened->account);
    REQUIRE(credentials->password_hash == "$argon2id$...");
    REQUIRE(last_transfer(rig) == "1700000000000: 300 from (house) to bob by tester for a test");
    rig.require_sound();
}

TEST_CASE("accounts: one without credits has no transfer")
{
    LedgerRig rig;
    const auto before = rig.figure("SELECT count(*) FROM transfers");
    rig.add_member("bob", 0);
    rig.commit();
    REQUIRE(rig.figure("SELECT count(*) FROM transfers") == before);
}

TEST_CASE("accounts: one without a password has an empty hash, which no password matches")
{
    LedgerRig rig;
    REQUIRE(rig.ledger().find_credentials("ann")->password_hash.empty());
}

TEST_CASE("accounts: names are found in any case and kept as given")
{
    LedgerRig rig;
    rig.add_member("Bob.B-1", 5);
    REQUIRE(rig.ledger().find_member("bOB.b-1")->name == "Bob.B-1");
    REQUIRE(rig.ledger().find_credentials("BOB.B-1").has_value());
    REQUIRE(rig.ledger().add_credits("bob.b-1", 1, test_cause) == 6);
}

TEST_CASE("accounts: there is one of a name, in any case")
{
    LedgerRig rig;
    REQUIRE(why_not_opened(rig, named("ANN")) == Refusal::user_exists);
}

TEST_CASE("accounts: what can not be a name is refused")
{
    LedgerRig rig;
    const std::string too_long(33, 'a');
    for (const auto& name : {std::string{}, std::string{"a b"}, std::string{"(house)"}, too_long}) {
        CAPTURE(name);
        REQUIRE(why_not_opened(rig, named(name)) == Refusal::unknown_user);
    }
}

TEST_CASE("accounts: the house is nobody's account")
{
    LedgerRig rig;
    REQUIRE_FALSE(rig.ledger().find_member("(house)").has_value());
    REQUIRE_FALSE(rig.ledger().find_credentials("(house)").has_value());
    REQUIRE(rig.ledger().add_credits("(house)", 5, test_cause).error() == Refusal::unknown_user);
    REQUIRE(rig.ledger().close_account("(house)", test_cause).error() == Refusal::unknown_user);
}

TEST_CASE("accounts: one iButton opens one account")
{
    LedgerRig rig;
    auto bob = named("bob");
    bob.ibutton = first_key;
    REQUIRE(rig.ledger().open_account(bob, test_cause).has_value());
    auto cat = named("cat");
    cat.ibutton = first_key;
    REQUIRE(why_not_opened(rig, cat) == Refusal::ibutton_taken);
    AccountChange change;
    change.ibutton = first_key;
    REQUIRE(rig.ledger().change_account("ann", change).error() == Refusal::ibutton_taken);
}

TEST_CASE("accounts: giving an account the iButton that it has is no conflict")
{
    LedgerRig rig;
    AccountChange change;
    change.ibutton = first_key;
    REQUIRE(rig.ledger().change_account("ann", change).has_value());
    REQUIRE(rig.ledger().change_account("ann", change).has_value());
}

TEST_CASE("accounts: an iButton can be changed, taken away and given to another")
{
    LedgerRig rig;
    AccountChange change;
    change.ibutton = first_key;
    REQUIRE(rig.ledger().change_account("ann", change).has_value());
    change.ibutton = second_key;
    REQUIRE(rig.ledger().change_account("ann", change).has_value());
    REQUIRE_FALSE(rig.ledger().find_ibutton(first_key).has_value());
    REQUIRE(rig.ledger().find_ibutton(second_key) == rig.ann);
    change.ibutton = "";
    REQUIRE(rig.ledger().change_account("ann", change).has_value());
    REQUIRE_FALSE(rig.ledger().find_ibutton(second_key).has_value());
    const auto bob = rig.add_member("bob", 0);
    change.ibutton = second_key;
    REQUIRE(rig.ledger().change_account("bob", change).has_value());
    REQUIRE(rig.ledger().find_ibutton(second_key) == bob);
}

TEST_CASE("accounts: a change leaves alone what it does not name")
{
    LedgerRig rig;
    AccountChange first;
    first.admin = true;
    first.ibutton = first_key;
    first.password_hash = "hash";
    REQUIRE(rig.ledger().change_account("ann", first).has_value());
    REQUIRE(rig.ledger().change_account("ann", AccountChange{}).has_value());
    rig.commit();
    rig.reopen();
    REQUIRE(rig.ledger().find_member("ann")->admin);
    REQUIRE(rig.ledger().find_ibutton(first_key) == rig.ann);
    REQUIRE(rig.ledger().find_credentials("ann")->password_hash == "hash");
}

TEST_CASE("accounts: a locked one is closed to its owner and open to an admin")
{
    LedgerRig rig;
    AccountChange change;
    change.locked = true;
    REQUIRE(rig.ledger().change_account("ann", change).has_value());
    REQUIRE_FALSE(rig.ledger().member(rig.ann).has_value());
    REQUIRE(rig.ledger().find_member("ann").has_value());
    change.locked = false;
    REQUIRE(rig.ledger().change_account("ann", change).has_value());
    REQUIRE(rig.ledger().member(rig.ann)->balance == 1'000);
}

TEST_CASE("accounts: what concerns an unknown name is refused")
{
    LedgerRig rig;
    auto& ledger = rig.ledger();
    REQUIRE(ledger.change_account("bob", AccountChange{}).error() == Refusal::unknown_user);
    REQUIRE(ledger.close_account("bob", test_cause).error() == Refusal::unknown_user);
    REQUIRE(ledger.add_credits("bob", 1, test_cause).error() == Refusal::unknown_user);
    REQUIRE_FALSE(ledger.find_member("bob").has_value());
    REQUIRE_FALSE(ledger.find_credentials("bob").has_value());
    REQUIRE_FALSE(ledger.find_ibutton(first_key).has_value());
    REQUIRE_FALSE(ledger.member(AccountId{99}).has_value());
}

TEST_CASE("accounts: credits come from the house, with actor, reason and time")
{
    LedgerRig rig;
    REQUIRE(rig.ledger().add_credits("ann", 250, test_cause) == 1'250);
    REQUIRE(last_transfer(rig) == "1700000000000: 250 from (house) to ann by tester for a test");
    rig.require_sound();
}

TEST_CASE("accounts: credits taken away go to the house, down to zero")
{
    LedgerRig rig;
    REQUIRE(rig.ledger().add_credits("ann", -1'000, test_cause) == 0);
    REQUIRE(last_transfer(rig) == "1700000000000: 1000 from ann to (house) by tester for a test");
    REQUIRE(rig.ledger().add_credits("ann", -1, test_cause).error() == Refusal::poor);
    rig.require_sound();
}

TEST_CASE("accounts: zero credits are refused")
{
    LedgerRig rig;
    REQUIRE(rig.ledger().add_credits("ann", 0, test_cause).error() == Refusal::invalid_credits);
}

TEST_CASE("accounts: credits beyond what every reader can hold are refused")
{
    LedgerRig rig;
    auto& ledger = rig.ledger();
    for (const auto credits :
         {credits_max - 999, credits_max + 1, std::numeric_limits<Credits>::max(),
          std::numeric_limits<Credits>::min()}) {
        CAPTURE(credits);
        REQUIRE(ledger.add_credits("ann", credits, test_cause).error() == Refusal::invalid_credits);
    }
    REQUIRE(ledger.add_credits("ann", credits_max - 1'000, test_cause) == credits_max);
    rig.require_sound();
}

TEST_CASE("accounts: the bound is of all members together")
{
    LedgerRig rig;
    rig.add_member("bob", credits_max - 1'000);
    REQUIRE(rig.ledger().add_credits("ann", 1, test_cause).error() == Refusal::invalid_credits);
    auto cat = named("cat");
    cat.credits = 1;
    REQUIRE(why_not_opened(rig, cat) == Refusal::invalid_credits);
    rig.require_sound();
}

TEST_CASE("accounts: a new one can not start below zero or beyond the bound")
{
    LedgerRig rig;
    auto bob = named("bob");
    for (const auto credits :
         {Credits{-1}, credits_max, std::numeric_limits<Credits>::max(),
          std::numeric_limits<Credits>::min()}) {
        bob.credits = credits;
        REQUIRE(why_not_opened(rig, bob) == Refusal::invalid_credits);
    }
}

TEST_CASE("accounts: closing one moves its balance to the house")
{
    LedgerRig rig;
    REQUIRE(rig.ledger().close_account("ann", test_cause).has_value());
    REQUIRE(last_transfer(rig) == "1700000000000: 1000 from ann to (house) by tester for a test");
    REQUIRE(rig.figure("SELECT sum(balance) FROM accounts") == 0);
    rig.require_sound();
}

TEST_CASE("accounts: a closed one is not found by name, id or iButton")
{
    LedgerRig rig;
    AccountChange change;
    change.ibutton = first_key;
    REQUIRE(rig.ledger().change_account("ann", change).has_value());
    REQUIRE(rig.ledger().close_account("ann", test_cause).has_value());
    REQUIRE_FALSE(rig.ledger().find_member("ann").has_value());
    REQUIRE_FALSE(rig.ledger().find_credentials("ann").has_value());
    REQUIRE_FALSE(rig.ledger().member(rig.ann).has_value());
    REQUIRE_FALSE(rig.ledger().find_ibutton(first_key).has_value());
    REQUIRE(rig.ledger().close_account("ann", test_cause).error() == Refusal::unknown_user);
}

TEST_CASE("accounts: name and iButton of a closed one can be used again, by a new account")
{
    LedgerRig rig;
    AccountChange change;
    change.ibutton = first_key;
    REQUIRE(rig.ledger().change_account("ann", change).has_value());
    REQUIRE(rig.ledger().close_account("ann", test_cause).has_value());
    auto again = named("Ann");
    again.ibutton = first_key;
    const auto opened = rig.ledger().open_account(again, test_cause);
    REQUIRE(opened.has_value());
    REQUIRE(opened->account != rig.ann);
    REQUIRE(opened->balance == 0);
    rig.require_sound();
}

TEST_CASE("accounts: credits that are sent are one transfer between two members")
{
    LedgerRig rig;
    rig.add_member("bob", 100);
    const auto sent = rig.ledger().send_credits(rig.ann, "BOB", 30, "tester");
    REQUIRE(sent->balance == 970);
    REQUIRE(sent->receiver == "bob");
    REQUIRE(rig.balance("bob") == 130);
    REQUIRE(last_transfer(rig) == "1700000000000: 30 from ann to bob by tester for ann to bob");
    rig.require_sound();
}

TEST_CASE("accounts: nothing is sent that is not there, held ones among it, nor less than one")
{
    LedgerRig rig;
    rig.add_member("bob", 0);
    rig.reserve(1);
    const auto refused = [&](std::string_view to, Credits credits) {
        return rig.ledger().send_credits(rig.ann, to, credits, "tester").error();
    };
    REQUIRE(refused("bob", 951) == Refusal::poor);
    REQUIRE(refused("bob", 0) == Refusal::invalid_amount);
    REQUIRE(refused("nobody", -1) == Refusal::invalid_amount);
    REQUIRE(refused("nobody", 951) == Refusal::unknown_receiver);
    REQUIRE(refused("Ann", 951) == Refusal::own_account);
    REQUIRE(rig.ledger().send_credits(rig.ann, "bob", 950, "tester")->balance == 0);
    REQUIRE(rig.ledger().close_account("ann", test_cause).has_value());
    REQUIRE(refused("bob", 1) == Refusal::not_logged_in);
    rig.require_sound();
}

TEST_CASE("accounts: what an open drop of a closed one releases goes to the house")
{
    for (const auto event : {DropEvent::nacked, DropEvent::acked}) {
        LedgerRig rig;
        const auto drop = rig.reserve(1);
        REQUIRE(rig.ledger().close_account("ann", test_cause).has_value());
        rig.require_sound();
        REQUIRE(rig.figure("SELECT balance FROM accounts WHERE name = 'ann'") == 50);
        REQUIRE(rig.settle(drop, event).balance == 0);
        rig.require_sound();
        REQUIRE(
            rig.figure("SELECT count(*) FROM all_transfers WHERE drop_id IS NOT NULL") ==
            (event == DropEvent::acked ? 1 : 0));
        REQUIRE(rig.figure("SELECT balance FROM accounts WHERE name = 'ann'") == 0);
    }
}

TEST_CASE("accounts: two doubts of a closed one release one by one")
{
    LedgerRig rig;
    const auto first = rig.reserve(1);
    rig.settle(first, DropEvent::lost);
    const auto second = rig.reserve(3);
    rig.settle(second, DropEvent::lost);
    REQUIRE(rig.ledger().close_account("ann", test_cause).has_value());
    rig.settle(first, DropEvent::refunded);
    rig.require_sound();
    rig.settle(second, DropEvent::charged);
    rig.require_sound();
}

TEST_CASE("accounts: a kept reply is found by its request, after a restart too")
{
    LedgerRig rig;
    REQUIRE_FALSE(rig.ledger().reply_of("r1").has_value());
    rig.ledger().keep_reply("r1", "done");
    rig.commit();
    rig.reopen();
    REQUIRE(rig.ledger().reply_of("r1") == "done");
    REQUIRE_FALSE(rig.ledger().reply_of("r2").has_value());
}
