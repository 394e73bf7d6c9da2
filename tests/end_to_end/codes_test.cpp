#include "process/cold_house.hpp"
#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/daemon.hpp"
#include "support/fake_board.hpp"
#include "support/wait.hpp"

using namespace support;

namespace {

// A dialect, by the listener of small_house() that speaks it.
struct Dialect {
    std::size_t listener = 0;
    bool is_js = false;

    // A whole line of a reply.
    std::string line(std::string_view js, std::string_view classic) const
    {
        return is_js ? std::string{js} + "\r\n" : std::string{classic} + "\n";
    }
    std::string line(std::string_view text) const { return line(text, text); }
};

constexpr Dialect js{.listener = 0, .is_js = true};
constexpr Dialect classic{.listener = 1, .is_js = false};

// A command and what it is answered in either dialect, without the line's end.
struct Row {
    std::string_view command;
    std::string_view js;
    std::string_view classic;
};

constexpr Row both(std::string_view command, std::string_view reply)
{
    return {.command = command, .js = reply, .classic = reply};
}

void check_rows(Client& client, const Dialect& dialect, const std::vector<Row>& rows)
{
    for (const auto& row : rows) {
        INFO(row.command);
        CHECK(client.ask(row.command) == dialect.line(row.js, row.classic));
    }
}

const std::vector<Account> members{
    {.name = "alice", .credits = 250, .password = "right"},
    {.name = "bob", .credits = 250},
    {.name = "carol", .credits = 250}};

Client member(const Daemon& daemon, const Dialect& dialect, std::string_view name)
{
    Client client{daemon.sunday_port(dialect.listener)};
    client.log_in(name);
    return client;
}

std::size_t queued(const Daemon& daemon)
{
    return daemon.status().at("machines").at(0).at("queued").get<std::size_t>();
}

}  // namespace

TEST_CASE("codes: what anybody may send is refused with its code")
{
    const auto dialect = GENERATE(js, classic);
    const Daemon daemon;
    Client client{daemon.sunday_port(dialect.listener)};
    const std::string wrong_count = "ERR 406 Invalid parameters.";
    check_rows(
        client, dialect,
        {
            {"FOO", "ERR 415 Invalid command", "ERR 452 Invalid command."},
            {"USER", "ERR 206 Invalid number of args USAGE: PASS <username>", wrong_count},
            {"USER a b", "ERR 206 Invalid number of args USAGE: PASS <username>", wrong_count},
            both("PASS right", "ERR 201 USER command needs to be issued first."),
            {"IBUTTON", "ERR 206 Invalid number of args - USAGE: IBUTTON <ibutton number>",
             wrong_count},
            both("IBUTTON 0123456789ABCDEF", "ERR 207 Invalid Ibutton"),
            both("IBUTTON 0123", "ERR 207 Invalid Ibutton"),
            {"MACHINE", "ERR 206 Invalid number of args - USAGE: MACHINE < d | ld >", wrong_count},
            both("MACHINE nowhere", "ERR 414 Invalid machine name - USAGE: MACHINE < d | ld >"),
            both("MACHINE D", "ERR 414 Invalid machine name - USAGE: MACHINE < d | ld >"),
            {"STAT 9", "ERR 105 Slot not found", "ERR 409 Invalid slot."},
            {"STAT 99999999999", "ERR 105 Slot not found", "ERR 409 Invalid slot."},
            {"STAT coke", "ERR 409 Invalid slot.", wrong_count},
            {"STAT 1 2", "ERR 206 Invalid number of args - USAGE: STAT [slot]", wrong_count},
            both("TEMP", "ERR 351 Unable to determine temperature."),
            {"TEMP now", "ERR 206 Invalid number of args - USAGE: TEMP", wrong_count},
            {"LOCATION x", "ERR 206 Invalid number of args - USAGE: LOCATION", wrong_count},
            {"ACCTMGRCHK x", "ERR 206 Invalid number of args", wrong_count},
            both("WHOAMI", "ERR 204 You need to login."),
            both("GETBALANCE", "ERR 204 You need to login."),
            both("HISTORY", "ERR 204 You need to login."),
            both("DROP 1", "ERR 204 You need to login."),
            both("RAND", "ERR 204 You need to login."),
            both("CODE 1 2", "ERR 451 Not implemented."),
            {"SENDCREDITS 5",
             "ERR 206 Invalid number of args - USAGE: SENDCREDITS <(int) num credits> <username>",
             wrong_count},
            both("SENDCREDITS 5 bob", "ERR 204 You need to login."),
            both("ADDCREDITS bob", "ERR 204 You need to login."),
            both("ISVALIDUSER", "ERR 204 You need to login."),
            {"QUERYADMIN a b", "ERR 206 Invalid number of args - USAGE: QUERYADMIN [username]",
             wrong_count},
            both("QUERYADMIN", "ERR 204 You need to login."),
        });
}

TEST_CASE("codes: what a member may send is refused with its code")
{
    const auto dialect = GENERATE(js, classic);
    const Daemon daemon{small_house(), members};
    const auto board = FakeBoard::online(daemon.boards_port(), "big");
    auto client = member(daemon, dialect, "alice");
    const std::string wrong_count = "ERR 406 Invalid parameters.";
    check_rows(
        client, dialect,
        {
            {"DROP", "ERR 409 Invalid slot.", wrong_count},
            both("DROP coke", "ERR 409 Invalid slot."),
            both("DROP 1' OR 1=1", "ERR 409 Invalid slot."),
            both("DROP -1", "ERR 409 Invalid slot."),
            {"DROP 1 2 3", "ERR 206 Invalid number of args - USAGE: DROP <slot> [delay]",
             wrong_count},
            {"DROP 1 -1", "ERR 403 Invalid delay", "ERR 403 Invalid delay."},
            {"DROP 1 5x", "ERR 403 Invalid delay", "ERR 403 Invalid delay."},
            {"DROP 1 61", "ERR 403 Invalid delay", "ERR 403 Invalid delay."},
            {"DROP 1 2147484", "ERR 403 Invalid delay", "ERR 403 Invalid delay."},
            {"DROP 1 99999999999999999999", "ERR 403 Invalid delay", "ERR 403 Invalid delay."},
            {"DROP 0", "ERR 105 Slot not found", "ERR 409 Invalid slot."},
            {"DROP 9", "ERR 105 Slot not found", "ERR 409 Invalid slot."},
            {"DROP 257", "ERR 105 Slot not found", "ERR 409 Invalid slot."},
            both("DROP 3", "ERR 102 Slot disabled."),
            both("DROP 2", "ERR 100 Slot empty."),
            both("DROP 4", "ERR 203 User is poor."),
            {"RAND x", "ERR 403 Invalid delay", wrong_count},
            {"RAND 1 2", "ERR 206 Invalid number of args - USAGE: RAND [delay]", wrong_count},
            {"GETBALANCE a b", "ERR 206 Invalid number of args - USAGE: GETBALANCE [username]",
             wrong_count},
            both("GETBALANCE bob", "ERR 200 Access denied."),
            {"HISTORY 1 2", "ERR 206 Invalid number of args - USAGE: HISTORY [count]", wrong_count},
            both("HISTORY 0", "ERR 408 Invalid quantity."),
            both("HISTORY 101", "ERR 408 Invalid quantity."),
            both("HISTORY all", "ERR 408 Invalid quantity."),
            both("ADDCREDITS", "ERR 200 Access denied."),
            both("ADDCREDITS alice 1000", "ERR 200 Access denied."),
            both("ISVALIDUSER", "ERR 200 Access denied."),
            both("QUERYADMIN bob", "ERR 200 Access denied."),
            both("QUERYADMIN nobody", "ERR 200 Access denied."),
        });
}

TEST_CASE("codes: 202 or 407 for a wrong password and for a name that nobody has")
{
    const auto dialect = GENERATE(js, classic);
    const Daemon daemon{small_house(), members};
    Client client{daemon.sunday_port(dialect.listener)};
    for (const std::string name : {"alice", "nobody", "'", "*"}) {
        client.ask("USER " + name);
        CHECK(
            client.ask("PASS wrong") ==
            dialect.line("ERR 407 Invalid password.", "ERR 202 Invalid username or password."));
    }
}

TEST_CASE("codes: 410 for the balance of nobody, asked by an admin")
{
    const auto dialect = GENERATE(js, classic);
    const Daemon daemon{small_house(), {{.name = "root", .admin = true}}};
    auto client = member(daemon, dialect, "root");
    CHECK(client.ask("GETBALANCE nobody") == dialect.line("ERR 410 Invalid user."));
}

TEST_CASE("codes: 104 when RAND finds nothing to drop")
{
    const auto dialect = GENERATE(js, classic);
    auto settings = small_house();
    for (auto& slot : settings["machines"][0]["slots"]) slot["enabled"] = false;
    const Daemon daemon{settings, members};
    const auto board = FakeBoard::online(daemon.boards_port(), "big");
    auto client = member(daemon, dialect, "alice");
    CHECK(client.ask("RAND") == dialect.line("ERR 104 No slots available."));
}

TEST_CASE("codes: 151 while the machine's board is offline")
{
    const auto dialect = GENERATE(js, classic);
    const Daemon daemon{small_house(), members};
    auto client = member(daemon, dialect, "alice");
    constexpr auto offline = "ERR 151 Unable to communicate with hardware. Contact an admin.";
    CHECK(client.ask("DROP 1") == dialect.line(offline));
}

TEST_CASE("codes: 150 or 101 when the board refuses, and the credits and the can are back")
{
    const auto dialect = GENERATE(js, classic);
    const Daemon daemon{small_house(), members};
    auto board = FakeBoard::online(daemon.boards_port(), "big");
    auto client = member(daemon, dialect, "alice");
    client.send("DROP 1\n");
    board.drop(1, "5\n");
    CHECK(
        client.line() == dialect.line(
                             "ERR 150 Unable to initialize hardware for drop.",
                             "ERR 101 Drop failed, contact an admin."));
    CHECK(client.ask("GETBALANCE") == dialect.line("OK: 250", "OK Credits: 250"));
    CHECK(client.ask("STAT 1").starts_with("1 \"Coke\" 50 13 "));
}

TEST_CASE("codes: 103 with the drop's id when its outcome is not known")
{
    const auto dialect = GENERATE(js, classic);
    const Daemon daemon{small_house(), members};
    auto board = FakeBoard::online(daemon.boards_port(), "big");
    auto client = member(daemon, dialect, "alice");
    client.send("DROP 1\n");
    board.expect("31\n");
    board.reset();
    const auto reply = client.line();
    const auto doubts = nlohmann::json::parse(daemon.run({"doubts", "--json"}).out);
    REQUIRE(doubts.size() == 1);
    const auto unknown = "ERR 103 Unknown Failure. Drop " + doubts[0].at("drop").dump() + ".";
    CHECK(reply == dialect.line(unknown));
}

TEST_CASE("codes: 152 while another drop of the member is under way in any session")
{
    const auto dialect = GENERATE(js, classic);
    const Daemon daemon{small_house(), members};
    auto board = FakeBoard::online(daemon.boards_port(), "big");
    auto dropping = member(daemon, js, "alice");
    dropping.send("DROP 1\n");
    board.expect("31\n");
    auto client = member(daemon, dialect, "alice");
    CHECK(
        client.ask("DROP 1") == dialect.line(
                                    "WARN 152 Drop in progress, please wait before dropping again",
                                    "ERR 152 Drop in progress, please wait before dropping again"));
}

TEST_CASE("codes: 152 when the machine's queue is full")
{
    const auto dialect = GENERATE(js, classic);
    auto settings = small_house();
    settings["drops"]["queue_per_machine"] = 1;
    const Daemon daemon{settings, members};
    auto board = FakeBoard::online(daemon.boards_port(), "big");
    auto dropping = member(daemon, js, "alice");
    dropping.send("DROP 1\n");
    board.expect("31\n");
    auto waiting = member(daemon, js, "bob");
    waiting.send("DROP 1\n");
    wait_until("the drop to be queued", [&] { return queued(daemon) == 1; });
    auto client = member(daemon, dialect, "carol");
    CHECK(
        client.ask("DROP 1") == dialect.line(
                                    "WARN 152 Drop in progress, please wait before dropping again",
                                    "ERR 152 Drop in progress, please wait before dropping again"));
}

TEST_CASE("codes: 205 in place of the banner when an address has too many connections")
{
    const auto dialect = GENERATE(js, classic);
    auto settings = small_house();
    settings["limits"]["connections_per_address"] = 1;
    const Daemon daemon{settings};
    const Client first{daemon.sunday_port()};
    Connection second{daemon.sunday_port(dialect.listener)};
    CHECK(second.rest() == dialect.line("ERR 205 Maximum user count reached."));
    CHECK(Client(daemon.sunday_port(), "127.0.0.2").banner() == "Welcome to Big Drink\n");
}

TEST_CASE("codes: 350 while the ledger cannot write, nothing is sent, and all is well afterwards")
{
    const auto dialect = GENERATE(js, classic);
    const Daemon daemon{small_house(), members};
    auto board = FakeBoard::online(daemon.boards_port(), "big");
    auto client = member(daemon, dialect, "alice");

    OtherProgram other{daemon.folder() / "ledger.db"};
    other.execute("BEGIN IMMEDIATE");
    constexpr auto not_ready = "ERR 350 Account server subsystem is not ready.";
    CHECK(client.ask("DROP 1") == dialect.line(not_ready));
    CHECK(client.ask("ACCTMGRCHK") == dialect.line(not_ready));
    other.execute("ROLLBACK");

    INFO("the board is asked once, for the drop that the ledger could hold");
    client.send("DROP 1\n");
    CHECK(board.reply() == "31\n");
    board.send("4\n");
    CHECK(client.line() == dialect.line("OK:  Dropping drink", "OK Credits remaining: 200"));
}

TEST_CASE("codes: 450 before an idle connection is closed")
{
    const auto dialect = GENERATE(js, classic);
    auto settings = small_house();
    settings["limits"]["idle_s"] = 0.1;
    const Daemon daemon{settings};
    Client client{daemon.sunday_port(dialect.listener)};
    CHECK(client.rest() == dialect.line("ERR 450 Timeout, disconnecting."));
}

TEST_CASE("codes: every verb that succeeds answers in the form of the dialect")
{
    const auto dialect = GENERATE(js, classic);
    auto settings = small_house();
    // RAND may draw a slot that is too dear; without the Champagne, only the Coke can be drawn.
    settings["machines"][0]["slots"].erase(3);
    const Daemon daemon{
        settings,
        {{.name = "Alice", .credits = 250}, {.name = "root", .credits = 7, .admin = true}}};
    auto board = FakeBoard::online(daemon.boards_port(), "big");
    board.send("838.75\n");
    auto client = member(daemon, dialect, "Alice");
    client.send("RAND\n");
    board.drop(1);
    CHECK(client.line() == dialect.line("OK:  Dropping drink", "OK Credits remaining: 200"));
    check_rows(
        client, dialect,
        {
            {"ACCTMGRCHK", "OK: Account server subsystem running.",
             "OK Account server subsystem running."},
            {"GETBALANCE", "OK: 200", "OK Credits: 200"},
            {"WHOAMI", "OK:  Alice", "OK Username: Alice"},
            {"TEMP", "OK: 38.7500", "OK 38.7500"},
            {"LOCATION", "OK: NRH (North)", "OK NRH (North)"},
            both(
                "SERVERSTAT",
                R"({"machines":[{"machine_name":"Big Drink","connected":true},)"
                R"({"machine_name":"Little Drink","connected":false}],"opcode":"OK"})"),
            {"MACHINE ld", "OK:  Welcome to Little Drink", "OK Welcome to Little Drink"},
            {"MACHINE bigdrink", "OK:  Welcome to Big Drink", "OK Welcome to Big Drink"},
            {"USER root", "OK: ", "OK Password required."},
            {"IBUTTON " + ibutton_of("root"), "OK: 7", "OK Credits: 7"},
            {"GETBALANCE ALICE", "OK: 200", "OK Credits: 200"},
        });
    CHECK(client.ask("VERSION").starts_with(dialect.is_js ? "OK: drinkd " : "OK drinkd "));
    CHECK(client.ask("UPTIME").starts_with(dialect.is_js ? "OK: Up since: " : "OK Up since: "));
}
