#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/daemon.hpp"
#include "support/fake_board.hpp"

using namespace support;

namespace {

const std::vector<Account> accounts{
    {.name = "alice", .credits = 250, .password = "right"},
    {.name = "bob", .credits = 100},
    {.name = "root", .admin = true}};

std::string log_in_by_password(Client& client, const std::string& name, const std::string& password)
{
    client.ask("USER " + name);
    return client.ask("PASS " + password);
}

}  // namespace

TEST_CASE("permissions: a member sees no other balance, an admin sees any")
{
    const Daemon daemon{small_house(), accounts};
    Client client{daemon.sunday_port()};
    client.log_in("alice");
    CHECK(client.ask("GETBALANCE bob") == "ERR 200 Access denied.\r\n");
    CHECK(client.ask("GETBALANCE nobody") == "ERR 200 Access denied.\r\n");
    client.log_in("root");
    CHECK(client.ask("GETBALANCE bob") == "OK: 100\r\n");
}

TEST_CASE("permissions: an admin can ask who is known, and who is an admin")
{
    const Daemon daemon{small_house(), accounts};
    Client root{daemon.sunday_port()};
    root.log_in("root");
    CHECK(root.ask("ISVALIDUSER BOB") == "OK: true BOB is known.\r\n");
    CHECK(root.ask("ISVALIDUSER nobody") == "OK: false nobody is not known.\r\n");
    CHECK(
        root.ask("ISVALIDUSER") ==
        "ERR 206 Invalid number of args - USAGE: ISVALIDUSER <username>\r\n");
    CHECK(
        root.ask("ADDCREDITS bob") ==
        "ERR 206 Invalid number of args - USAGE: ADDCREDITS <username> <credits>\r\n");
    CHECK(root.ask("QUERYADMIN ROOT") == "OK: true root is an administrator.\r\n");
    CHECK(root.ask("QUERYADMIN bob") == "OK: false bob is not an administrator.\r\n");
    CHECK(root.ask("QUERYADMIN nobody") == "ERR 410 Invalid user.\r\n");
}

TEST_CASE("permissions: an admin can write into the log, one line that is no other's")
{
    const Daemon daemon{small_house(), accounts};
    Client root{daemon.sunday_port()};
    root.log_in("root");
    CHECK(root.ask("LOG   \"late\"  delivery=2 \x1b[31m") == "OK: Message added to log file.\r\n");
    daemon.wait_for_log(R"( admin=root text="\"late\"  delivery=2 \u001b[31m")");
    CHECK(root.ask("LOG") == "OK: Message added to log file.\r\n");
    Client alice{daemon.sunday_port()};
    CHECK(alice.ask("LOG me") == "ERR 204 You need to login.\r\n");
    alice.log_in("alice");
    CHECK(alice.ask("LOG me") == "ERR 200 Access denied.\r\n");
}

TEST_CASE("permissions: a member can ask whether he is an admin himself")
{
    const Daemon daemon{small_house(), accounts};
    Client client{daemon.sunday_port()};
    client.log_in("alice");
    CHECK(client.ask("QUERYADMIN") == "OK: false alice is not an administrator.\r\n");
    client.log_in("root");
    CHECK(client.ask("QUERYADMIN") == "OK: true root is an administrator.\r\n");
}

TEST_CASE("permissions: a member who is made an admin is one at once")
{
    const Daemon daemon{small_house(), accounts};
    Client client{daemon.sunday_port()};
    client.log_in("alice");
    REQUIRE(daemon.run({"user", "set", "alice", "--admin", "yes"}).exit_code == 0);
    CHECK(client.ask("GETBALANCE bob") == "OK: 100\r\n");
}

TEST_CASE("permissions: an account that is locked can do nothing from that moment on")
{
    const Daemon daemon{small_house(), accounts};
    const auto board = FakeBoard::online(daemon.boards_port(), "big");
    Client client{daemon.sunday_port()};
    client.log_in("alice");
    REQUIRE(daemon.run({"user", "set", "alice", "--locked", "yes"}).exit_code == 0);
    CHECK(client.ask("GETBALANCE") == "ERR 204 You need to login.\r\n");
    CHECK(client.ask("DROP 1") == "ERR 204 You need to login.\r\n");
    CHECK(client.ask("SENDCREDITS 5 bob") == "ERR 204 You need to login.\r\n");
    CHECK(client.ask("QUERYADMIN") == "ERR 204 You need to login.\r\n");
    CHECK(client.ask("IBUTTON " + ibutton_of("alice")) == "ERR 207 Invalid Ibutton\r\n");
    CHECK(log_in_by_password(client, "alice", "right") == "ERR 407 Invalid password.\r\n");
}

TEST_CASE("permissions: an account that was removed can not log in")
{
    const Daemon daemon{small_house(), accounts};
    REQUIRE(daemon.run({"user", "remove", "alice"}).exit_code == 0);
    Client client{daemon.sunday_port()};
    CHECK(log_in_by_password(client, "alice", "right") == "ERR 407 Invalid password.\r\n");
}

TEST_CASE("permissions: a member added beside the running daemon can log in at once")
{
    const Daemon daemon;
    REQUIRE(daemon.run({"user", "add", "dave", "--password-stdin"}, "new\n").exit_code == 0);
    Client client{daemon.sunday_port()};
    CHECK(log_in_by_password(client, "dave", "new") == "OK: 0\r\n");
}

TEST_CASE("permissions: a failed login leaves the login that there is")
{
    const Daemon daemon{small_house(), accounts};
    Client client{daemon.sunday_port()};
    client.log_in("bob");
    CHECK(log_in_by_password(client, "alice", "wrong") == "ERR 407 Invalid password.\r\n");
    CHECK(client.ask("WHOAMI") == "OK:  bob\r\n");
}

TEST_CASE("permissions: USER with the name that is logged in arms PASS all the same")
{
    const Daemon daemon{small_house(), accounts};
    Client client{daemon.sunday_port()};
    client.log_in("alice");
    CHECK(log_in_by_password(client, "alice", "right") == "OK: 250\r\n");
}

TEST_CASE("permissions: each PASS uses the name up, and answers with one line")
{
    const Daemon daemon{small_house(), accounts};
    Client client{daemon.sunday_port()};
    log_in_by_password(client, "alice", "wrong");
    client.send("PASS right\nLOCATION\n");
    client.expect("ERR 201 USER command needs to be issued first.\r\nOK: NRH (North)\r\n");
}

TEST_CASE("permissions: an empty password is no password")
{
    const Daemon daemon{small_house(), accounts};
    Client client{daemon.sunday_port()};
    client.ask("USER bob");
    CHECK(client.ask("PASS ").starts_with("ERR 206 "));
    CHECK(client.ask("WHOAMI") == "ERR 204 You need to login.\r\n");
}

TEST_CASE("permissions: who guesses passwords is held up, and the member elsewhere is not")
{
    const Daemon daemon{small_house(), accounts};
    std::vector<Client> guessers;
    for (int guesser = 0; guesser < 17; ++guesser) {
        auto& client = guessers.emplace_back(daemon.sunday_port(), "127.0.0.66");
        client.ask("USER alice");
        client.send("PASS wrong\n");
        constexpr int free_tries = 5;
        if (guesser < free_tries) CHECK(client.line() == "ERR 407 Invalid password.\r\n");
    }
    CHECK(guessers.back().line().starts_with("ERR 407 Invalid password. Too many wrong ones, "));

    Client elsewhere{daemon.sunday_port()};
    CHECK(log_in_by_password(elsewhere, "alice", "right") == "OK: 250\r\n");
}
