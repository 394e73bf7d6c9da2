// Credits that move between people: SENDCREDITS, ADDCREDITS.
#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/daemon.hpp"

using namespace support;

namespace {

const std::vector<Account> accounts{
    {.name = "alice", .credits = 250},
    {.name = "Bob", .credits = 100},
    {.name = "root", .admin = true}};

constexpr std::size_t classic_listener = 1;

Client logged_in(const Daemon& daemon, std::string_view name, std::size_t listener = 0)
{
    Client client{daemon.sunday_port(listener)};
    client.log_in(name);
    return client;
}

// The last line of a HISTORY of one entry, without its time.
std::string last_event(Client& client)
{
    const auto row = client.ask("HISTORY 1");
    client.line();
    return row.substr(row.find(' ') + 1);
}

}  // namespace

TEST_CASE("credits: a member sends some to another, and both can see it")
{
    const Daemon daemon{small_house(), accounts};
    auto alice = logged_in(daemon, "alice");
    auto bob = logged_in(daemon, "Bob");
    CHECK(alice.ask("SENDCREDITS 30 bob") == "OK: \r\n");
    CHECK(alice.ask("GETBALANCE") == "OK: 220\r\n");
    CHECK(bob.ask("GETBALANCE") == "OK: 130\r\n");
    CHECK(last_event(alice) == "transfer -30 \"alice to Bob\"\n");
    CHECK(last_event(bob) == "transfer 30 \"alice to Bob\"\n");
    daemon.wait_for_log(" info credits sent ");
    auto classic = logged_in(daemon, "alice", classic_listener);
    CHECK(classic.ask("SENDCREDITS 20 Bob") == "OK Credits remaining: 200\n");
}

TEST_CASE("credits: what cannot be sent is refused, and nothing moves")
{
    const Daemon daemon{small_house(), accounts};
    auto alice = logged_in(daemon, "alice");
    const std::string no_amount = "ERR 210 Send amount must be a positive, whole number\r\n";
    for (const std::string amount :
         {"0", "-5", "1.5", "five", "+5", "5x", "9223372036854775808", "99999999999999999999"}) {
        CAPTURE(amount);
        CHECK(alice.ask("SENDCREDITS " + amount + " bob") == no_amount);
    }
    CHECK(alice.ask("SENDCREDITS 5 nobody") == "ERR 208 Transfer error - user doesnt exist\r\n");
    CHECK(alice.ask("SENDCREDITS 5 (house)") == "ERR 208 Transfer error - user doesnt exist\r\n");
    CHECK(
        alice.ask("SENDCREDITS 5 ALICE") ==
        "ERR 209 Error during credit transfer - You cannot send credits to yourself\r\n");
    CHECK(alice.ask("SENDCREDITS 251 bob") == "ERR 203 User is poor.\r\n");
    CHECK(alice.ask("SENDCREDITS 9223372036854775807 bob") == "ERR 203 User is poor.\r\n");
    CHECK(alice.ask("GETBALANCE") == "OK: 250\r\n");
}

TEST_CASE("credits: nothing is sent to an account that was removed")
{
    const Daemon daemon{small_house(), accounts};
    auto alice = logged_in(daemon, "alice");
    REQUIRE(daemon.run({"user", "remove", "bob"}).exit_code == 0);
    CHECK(alice.ask("SENDCREDITS 5 bob") == "ERR 208 Transfer error - user doesnt exist\r\n");
}

TEST_CASE("credits: what is sent arrives although the sender hangs up without reading")
{
    const Daemon daemon{small_house(), accounts};
    {
        auto alice = logged_in(daemon, "alice");
        alice.send("SENDCREDITS 2 bob\n");
    }
    daemon.wait_for_log(" info credits sent ");
    auto bob = logged_in(daemon, "Bob");
    CHECK(bob.ask("GETBALANCE") == "OK: 102\r\n");
}

TEST_CASE("credits: a sum that was cut in the middle is not sent")
{
    const Daemon daemon{small_house(), accounts};
    Client alice{daemon.sunday_port()};
    // On a connection that never sent a line end, as old telephones do.
    alice.send("IBUTTON " + ibutton_of("alice"));
    CHECK(alice.line() == "OK: 250\r\n");
    alice.send("SENDCREDITS 10 Bob");
    alice.end_sending();
    CHECK(alice.rest().empty());
    auto bob = logged_in(daemon, "Bob");
    CHECK(bob.ask("GETBALANCE") == "OK: 100\r\n");
}

TEST_CASE("credits: an admin adds and takes, and the member sees who did")
{
    const Daemon daemon{small_house(), accounts};
    auto root = logged_in(daemon, "root", classic_listener);
    auto bob = logged_in(daemon, "Bob");
    CHECK(root.ask("ADDCREDITS bob 50") == "OK Added credits.\n");
    CHECK(last_event(bob) == "transfer 50 \"added by root\"\n");
    CHECK(root.ask("ADDCREDITS bob -120") == "OK Added credits.\n");
    CHECK(last_event(bob) == "transfer -120 \"taken by root\"\n");
    CHECK(bob.ask("GETBALANCE") == "OK: 30\r\n");
    CHECK(root.ask("ADDCREDITS bob -31") == "ERR 203 User is poor.\n");
    for (const std::string amount : {"0", "five", "+5", "1.5", "9007199254740993"}) {
        CAPTURE(amount);
        CHECK(root.ask("ADDCREDITS bob " + amount) == "ERR 402 Invalid credits.\n");
        CHECK(root.ask("ADDCREDITS nobody " + amount) == "ERR 402 Invalid credits.\n");
    }
    CHECK(root.ask("ADDCREDITS nobody 5") == "ERR 410 Invalid user.\n");
    CHECK(bob.ask("GETBALANCE") == "OK: 30\r\n");
}
