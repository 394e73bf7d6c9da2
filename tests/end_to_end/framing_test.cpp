#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/daemon.hpp"
#include "support/fake_board.hpp"

#include <random>

using namespace support;

namespace {

const std::vector<Account> alice{{.name = "alice", .credits = 250, .password = "right"}};

// Returns when the pause after which an unterminated command is run has passed, counted from now.
void let_the_pause_pass(const Daemon& daemon)
{
    Client old_client{daemon.sunday_port()};
    old_client.send("LOCATION");
    old_client.expect("OK: NRH (North)\r\n");
}

}  // namespace

TEST_CASE("framing: several commands in one segment are answered in order")
{
    const Daemon daemon{small_house(), alice};
    auto board = FakeBoard::online(daemon.boards_port(), "big");
    Client client{daemon.sunday_port()};
    client.log_in("alice");
    client.send("WHOAMI\nDROP 1\nGETBALANCE\nLOCATION\n");
    board.drop(1);
    client.expect("OK:  alice\r\nOK:  Dropping drink\r\nOK: 200\r\nOK: NRH (North)\r\n");
}

TEST_CASE("framing: one command may come in many segments")
{
    const Daemon daemon;
    Client client{daemon.sunday_port()};
    // The first line end turns off the rule for commands without one, which a slow system could
    // otherwise apply between two letters.
    client.send("\n");
    for (const char byte : std::string_view{"MACHINE ld\n"}) client.send({&byte, 1});
    CHECK(client.line() == "OK:  Welcome to Little Drink\r\n");
}

TEST_CASE("framing: a line ends with LF or CR LF")
{
    const Daemon daemon;
    Client client{daemon.sunday_port()};
    client.send("MACHINE ld\r\nMACHINE d\n");
    client.expect("OK:  Welcome to Little Drink\r\nOK:  Welcome to Big Drink\r\n");
}

TEST_CASE("framing: empty lines are ignored and shift no reply")
{
    const Daemon daemon;
    Client client{daemon.sunday_port(GENERATE(0u, 1u))};
    client.send("\r\n\n  \nWHOAMI\n\n\nPASS right\r\n\n");
    CHECK(client.line().starts_with("ERR 204 "));
    CHECK(client.line().starts_with("ERR 201 "));
    client.end_sending();
    CHECK(client.rest().empty());
}

TEST_CASE("framing: verbs may be written in any case, and blanks between words repeated")
{
    const Daemon daemon{small_house(), alice};
    Client client{daemon.sunday_port()};
    CHECK(client.ask("uSeR   alice ") == "OK: \r\n");
    CHECK(client.ask("pass right") == "OK: 250\r\n");
}

TEST_CASE("framing: a line of the greatest length is answered, a longer one ends the connection")
{
    const Daemon daemon;
    const std::string longest = "USER " + std::string(507, 'x');

    Client client{daemon.sunday_port()};
    CHECK(client.ask(longest) == "OK: \r\n");
    SECTION("with its end") { client.send(longest + "x\n"); }
    SECTION("before its end") { client.send(longest + "x"); }
    SECTION("without an end for a long time") { client.try_send(std::string(10'000'000, 'x')); }
    CHECK(client.rest() == "ERR 415 Invalid command\r\n");
}

TEST_CASE("framing: commands of old clients, which never end a line, are answered after a pause")
{
    const Daemon daemon{small_house(), alice};
    auto board = FakeBoard::online(daemon.boards_port(), "big");
    Client client{daemon.sunday_port()};
    client.send("user alice");
    CHECK(client.reply() == "OK: \r\n");
    client.send("pass right");
    CHECK(client.reply() == "OK: 250\r\n");
    client.send("machine d");
    CHECK(client.reply() == "OK:  Welcome to Big Drink\r\n");
    client.send("drop 1 0");
    board.drop(1);
    CHECK(client.reply() == "OK:  Dropping drink\r\n");
    client.send("quit");
    CHECK(client.rest() == "Good Bye\r\n");
}

TEST_CASE("framing: the first line end turns the rule for old clients off for good")
{
    const Daemon daemon;
    Client client{daemon.sunday_port()};
    client.send("\n");
    client.send("MACHINE l");
    let_the_pause_pass(daemon);
    client.send("d\n");
    CHECK(client.line() == "OK:  Welcome to Little Drink\r\n");
}

TEST_CASE("framing: an unterminated command that lacks arguments is waited for")
{
    const Daemon daemon;
    Client client{daemon.sunday_port()};
    client.send("MACHINE");
    let_the_pause_pass(daemon);
    client.send(" ld\n");
    CHECK(client.line() == "OK:  Welcome to Little Drink\r\n");
}

TEST_CASE("framing: commands sent before the banner was read are answered behind it")
{
    const Daemon daemon{small_house(), alice};
    Connection client{daemon.sunday_port(1)};
    client.send("IBUTTON " + ibutton_of("alice") + "\nWHOAMI\n");
    client.expect("OK Welcome to Big Drink\nOK Credits: 250\nOK Username: alice\n");
}

TEST_CASE("framing: a command is executed even when its client closes right behind it")
{
    const Daemon daemon{small_house(), alice};
    auto board = FakeBoard::online(daemon.boards_port(), "big");
    {
        Client client{daemon.sunday_port()};
        client.log_in("alice");
        client.send("DROP 1\n");
    }
    board.drop(1);
    daemon.wait_for_log("state=dispensed");
}

TEST_CASE("framing: who only ends its own side still gets the replies")
{
    const Daemon daemon{small_house(), alice};
    auto board = FakeBoard::online(daemon.boards_port(), "big");
    Client client{daemon.sunday_port()};
    client.log_in("alice");
    client.send("DROP 1\nGETBALANCE\n");
    client.end_sending();
    board.drop(1);
    CHECK(client.rest() == "OK:  Dropping drink\r\nOK: 200\r\n");
}

TEST_CASE("framing: an unterminated last command is executed at the end of file")
{
    const Daemon daemon;
    Client client{daemon.sunday_port()};
    client.send("LOCATION");
    client.end_sending();
    CHECK(client.rest() == "OK: NRH (North)\r\n");
}

TEST_CASE("framing: any bytes at all are answered or end the connection, and others notice nothing")
{
    const Daemon daemon;
    Client witness{daemon.sunday_port()};
    const auto seed = std::random_device{}();
    INFO("seed " << seed);
    std::minstd_rand random{seed};
    for (const auto port : {daemon.sunday_port(0), daemon.sunday_port(1), daemon.boards_port()}) {
        Connection noise{port};
        std::string bytes(20'000, '\0');
        for (auto& byte : bytes) byte = static_cast<char>(random());
        noise.try_send(bytes);
        noise.end_sending();
        noise.rest();
        CHECK(witness.ask("LOCATION") == "OK: NRH (North)\r\n");
    }
}
