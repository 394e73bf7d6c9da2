#include "process/either_way.hpp"
#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/fake_board.hpp"

using namespace support;

namespace {

const std::vector<Account> alice{{.name = "alice", .credits = 250, .password = "first"}};

std::string log_in(const Daemon& daemon, const std::string& name, const std::string& password)
{
    Client client{daemon.sunday_port()};
    CHECK(client.ask("USER " + name) == "OK: \r\n");
    return client.ask("PASS " + password);
}

constexpr auto wrong = "ERR 407 Invalid password.\r\n";

}  // namespace

TEST_CASE("tools: user add opens an account")
{
    const EitherWay house;
    const auto added = house.run(
        {"user", "add", "Carol", "--credits", "250", "--ibutton", "0123456789abcdef",
         "--password-stdin"},
        "secret\n");
    CHECK(added.out == "Carol added with 250 credits\n");
    CHECK(added.err.empty());
    CHECK(added.exit_code == 0);
    CHECK(
        account(house, "Carol") == nlohmann::json{
                                       {"name", "Carol"},
                                       {"credits", 250},
                                       {"held", 0},
                                       {"admin", false},
                                       {"locked", false},
                                       {"password", true},
                                       {"ibutton_end", "CDEF"}});
}

TEST_CASE("tools: user add makes the ledger when there is none")
{
    const ColdHouse house;
    CHECK(house.run({"user", "add", "carol", "--password-stdin"}, "secret\n").exit_code == 0);
    CHECK(std::filesystem::exists(house.ledger_file()));
    const auto others = std::filesystem::perms::group_all | std::filesystem::perms::others_all;
    CHECK(
        (std::filesystem::status(house.ledger_file()).permissions() & others) ==
        std::filesystem::perms::none);
}

TEST_CASE("tools: user add says so when nobody can log in yet")
{
    const EitherWay house;
    const auto added = house.run({"user", "add", "carol"});
    CHECK(added.out.starts_with("carol added with 0 credits\nNobody can log in yet: "));
    CHECK(added.exit_code == 0);
}

TEST_CASE("tools: a member added beside a running daemon can log in at once")
{
    const Daemon daemon;
    REQUIRE(
        daemon.run({"user", "add", "carol", "--credits", "70", "--password-stdin"}, "secret\n")
            .exit_code == 0);
    CHECK(log_in(daemon, "carol", "secret") == "OK: 70\r\n");
}

TEST_CASE("tools: --password-stdin takes one line without its end")
{
    const auto* input = GENERATE("secret\nnot this\n", "secret\r\n", "secret");
    const Daemon daemon;
    REQUIRE(daemon.run({"user", "add", "carol", "--password-stdin"}, input).exit_code == 0);
    CHECK(log_in(daemon, "carol", "secret") == "OK: 0\r\n");
}

TEST_CASE("tools: a password that no member could type is refused, and no account opened")
{
    const auto [input, message] = GENERATE(table<std::string, std::string>(
        {{"", "drinkd: there is no line on standard input\n"},
         {"\n", "drinkd: the password is empty\n"},
         {"two words\n", "drinkd: a password cannot hold blanks or control characters\n"},
         {std::string(129, 'x') + "\n", "drinkd: a password has at most 128 bytes\n"}}));
    const ColdHouse house;
    const auto added = house.run({"user", "add", "carol", "--password-stdin"}, input);
    CHECK(added.err == message);
    CHECK(added.exit_code == 1);
    CHECK_FALSE(std::filesystem::exists(house.ledger_file()));
}

TEST_CASE("tools: a name that is taken, in any case, is refused")
{
    const EitherWay house{alice};
    const auto added = house.run({"user", "add", "ALICE"});
    CHECK(added.err == "drinkd: an open account has that name\n");
    CHECK(added.out.empty());
    CHECK(added.exit_code == 1);
}

TEST_CASE("tools: a name that cannot be one is refused")
{
    const EitherWay house;
    const auto added = house.run({"user", "add", "two words"});
    CHECK(
        added.err == "drinkd: a name has 1 to 32 letters, digits, dots, dashes and underscores\n");
    CHECK(added.exit_code == 1);
}

TEST_CASE("tools: a locked member cannot log in until unlocked")
{
    const Daemon daemon{small_house(), alice};
    CHECK(daemon.run({"user", "set", "alice", "--locked", "yes"}).out == "alice changed\n");
    CHECK(log_in(daemon, "alice", "first") == wrong);
    CHECK(daemon.run({"user", "set", "alice", "--locked", "no"}).exit_code == 0);
    CHECK(log_in(daemon, "alice", "first") == "OK: 250\r\n");
}

TEST_CASE("tools: a member who is locked while logged in gets no more drinks")
{
    const Daemon daemon{small_house(), alice};
    const auto board = FakeBoard::online(daemon.boards_port(), "big");
    Client client{daemon.sunday_port()};
    client.log_in("alice");
    REQUIRE(daemon.run({"user", "set", "alice", "--locked", "yes"}).exit_code == 0);
    CHECK(client.ask("DROP 1") == "ERR 204 You need to login.\r\n");
}

TEST_CASE("tools: a member made an admin while logged in is one at once")
{
    const Daemon daemon{small_house(), {{.name = "alice"}, {.name = "bob", .credits = 30}}};
    Client client{daemon.sunday_port()};
    client.log_in("alice");
    CHECK(client.ask("GETBALANCE bob") == "ERR 200 Access denied.\r\n");
    REQUIRE(daemon.run({"user", "set", "alice", "--admin", "yes"}).exit_code == 0);
    CHECK(client.ask("GETBALANCE bob") == "OK: 30\r\n");
}

TEST_CASE("tools: user set changes what is given, and nothing else")
{
    const EitherWay house{alice};
    auto expected = account(house, "alice");
    expected["admin"] = true;
    CHECK(house.run({"user", "set", "alice", "--admin", "yes"}).exit_code == 0);
    CHECK(account(house, "alice") == expected);
    expected["ibutton_end"] = "";
    CHECK(house.run({"user", "set", "alice", "--ibutton", ""}).exit_code == 0);
    CHECK(account(house, "alice") == expected);
}

TEST_CASE("tools: after user passwd only the new password opens the account")
{
    const Daemon daemon{small_house(), alice};
    const auto changed = daemon.run({"user", "passwd", "alice", "--password-stdin"}, "second\n");
    CHECK(changed.out == "the password of alice changed\n");
    CHECK(changed.exit_code == 0);
    CHECK(log_in(daemon, "alice", "first") == wrong);
    CHECK(log_in(daemon, "alice", "second") == "OK: 250\r\n");
}

TEST_CASE("tools: user passwd without a terminal needs --password-stdin")
{
    const EitherWay house{alice};
    const auto changed = house.run({"user", "passwd", "alice"});
    CHECK(changed.err == "drinkd: no password was given (there is --password-stdin)\n");
    CHECK(changed.exit_code == 1);
}

TEST_CASE("tools: a closed account cannot be logged into")
{
    const Daemon daemon{small_house(), alice};
    Client before{daemon.sunday_port()};
    before.log_in("alice");
    CHECK(
        daemon.run({"user", "remove", "alice"}).out ==
        "alice closed; its balance went to the house\n");
    CHECK(log_in(daemon, "alice", "first") == wrong);
    CHECK(before.ask("GETBALANCE") == "ERR 204 You need to login.\r\n");
}

TEST_CASE("tools: the name of a closed account can be opened again, with nothing of the old one")
{
    const EitherWay house{alice};
    REQUIRE(house.run({"user", "remove", "alice"}).exit_code == 0);
    CHECK(account(house, "alice") == nullptr);
    REQUIRE(house.run({"user", "add", "Alice"}).exit_code == 0);
    const auto opened = account(house, "Alice");
    CHECK(opened.at("credits") == 0);
    CHECK(opened.at("password") == false);
    CHECK(opened.at("ibutton_end") == "");
}

TEST_CASE("tools: an account that does not exist is refused by every tool")
{
    const EitherWay house;
    const std::vector<std::vector<std::string>> commands{
        {"user", "set", "nobody", "--admin", "yes"},
        {"user", "passwd", "nobody", "--password-stdin"},
        {"user", "remove", "nobody"},
        {"credits", "add", "nobody", "5", "--reason", "test"}};
    for (const auto& command : commands) {
        INFO(command.at(1));
        const auto refused = house.run(command, "secret\n");
        CHECK(refused.err == "drinkd: there is no such account\n");
        CHECK(refused.exit_code == 1);
    }
}

TEST_CASE("tools: user list shows every open account, and never a whole iButton id")
{
    const EitherWay house{
        {{.name = "alice", .credits = 250}, {.name = "Root", .password = "x", .admin = true}}};
    const auto listed = house.run({"user", "list"});
    CHECK(
        listed.out ==
        "NAME   CREDITS  HELD  ADMIN  LOCKED  PASSWORD  IBUTTON\n"
        "alice      250     0  no     no      no        ..." +
            ibutton_of("alice").substr(12) +
            "\n"
            "Root         0     0  yes    no      yes       ..." +
            ibutton_of("Root").substr(12) + "\n");
    CHECK(listed.exit_code == 0);
}

TEST_CASE("tools: user list of an empty ledger says how to begin")
{
    const EitherWay house;
    CHECK(
        house.run({"user", "list"}).out ==
        "No accounts yet. The first one: drinkd user add NAME --admin\n");
    CHECK(nlohmann::json::parse(house.run({"user", "list", "--json"}).out).empty());
}

TEST_CASE("tools: credits add gives credits")
{
    const EitherWay house{alice};
    const auto given = house.run({"credits", "add", "alice", "50", "--reason", "paid in cash"});
    CHECK(given.out == "alice has 300 credits now\n");
    CHECK(given.exit_code == 0);
    CHECK(account(house, "alice").at("credits") == 300);
}

TEST_CASE("tools: credits add takes credits when the number is negative")
{
    const EitherWay house{alice};
    const auto taken = house.run({"credits", "add", "alice", "-50", "--reason", "a mistake"});
    CHECK(taken.out == "alice has 200 credits now\n");
    CHECK(taken.exit_code == 0);
}

TEST_CASE("tools: credits add takes no more than there is")
{
    const EitherWay house{alice};
    const auto taken = house.run({"credits", "add", "alice", "-251", "--reason", "a mistake"});
    CHECK(taken.err == "drinkd: the balance is too low\n");
    CHECK(taken.exit_code == 1);
    CHECK(account(house, "alice").at("credits") == 250);
}

TEST_CASE("tools: credits given beside a running daemon can be spent at once")
{
    const Daemon daemon{small_house(), {{.name = "alice"}}};
    auto board = FakeBoard::online(daemon.boards_port(), "big");
    Client client{daemon.sunday_port()};
    client.log_in("alice");
    CHECK(client.ask("DROP 1") == "ERR 203 User is poor.\r\n");
    REQUIRE(daemon.run({"credits", "add", "alice", "50", "--reason", "test"}).exit_code == 0);
    client.send("DROP 1\n");
    board.drop(1);
    CHECK(client.line() == "OK:  Dropping drink\r\n");
}

TEST_CASE("tools: held credits cannot be taken away")
{
    const Daemon daemon{small_house(), {{.name = "alice", .credits = 60}}};
    auto board = FakeBoard::online(daemon.boards_port(), "big");
    Client client{daemon.sunday_port()};
    client.log_in("alice");
    client.send("DROP 1\n");
    board.expect("31\n");
    const auto taken = daemon.run({"credits", "add", "alice", "-11", "--reason", "test"});
    CHECK(taken.err == "drinkd: the balance is too low\n");
    CHECK(account(daemon, "alice").at("held") == 50);
    board.send("4\n");
    CHECK(client.line() == "OK:  Dropping drink\r\n");
}
