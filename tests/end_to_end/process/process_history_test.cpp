// What happened before this run of the daemon: how long it is shown, and how long it is kept.
#include "process/cold_house.hpp"
#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/fake_board.hpp"
#include "support/wait.hpp"

using namespace support;

namespace {

OtherProgram open_ledger(const Daemon& daemon)
{
    return OtherProgram{daemon.folder() / "ledger.db"};
}

// Right after the board of its machine `d` has said 38.75 degrees.
void stop_after_a_temperature(Daemon& daemon)
{
    FakeBoard::online(daemon.boards_port(), "big").send("838.75\n");
    wait_until("the temperature to be kept", [&] {
        return open_ledger(daemon).integer("SELECT count(*) FROM temperatures") == 1;
    });
    daemon.stop();
}

constexpr auto unknown_temperature = "ERR 351 Unable to determine temperature.\r\n";

}  // namespace

TEST_CASE("history: what the settings do not want kept is removed at the start")
{
    auto settings = small_house();
    settings["ledger"] = {{"sqlite", "ledger.db"}, {"keep_drops_days", 30}};
    Daemon daemon{settings, {{.name = "alice", .credits = 250}}};
    {
        auto board = FakeBoard::online(daemon.boards_port(), "big");
        Client client{daemon.sunday_port()};
        client.log_in("alice");
        for (int drop = 0; drop < 3; ++drop) {
            client.send("DROP 1\n");
            board.drop(1);
            client.expect("OK:  Dropping drink\r\n");
        }
    }
    daemon.stop();
    // As they are a month and a day later, but for the newest.
    open_ledger(daemon).execute(
        "UPDATE drops SET settled_at = settled_at - 2678400000"
        " WHERE id < (SELECT max(id) FROM drops)");
    daemon.start();
    daemon.wait_for_log("the ledger was pruned drops=2");
    CHECK(open_ledger(daemon).integer("SELECT count(*) FROM drops") == 1);
    CHECK(daemon.run({"ledger", "verify"}).exit_code == 0);
    Client client{daemon.sunday_port()};
    client.log_in("alice");
    CHECK(client.ask("GETBALANCE") == "OK: 100\r\n");
    CHECK(client.ask("STAT 1") == "1 \"Coke\" 50 10 1\n");
}

TEST_CASE("history: the last temperature is known after a restart, while it is news")
{
    Daemon daemon;
    stop_after_a_temperature(daemon);
    daemon.start();
    CHECK(Client{daemon.sunday_port()}.ask("TEMP") == "OK: 38.7500\r\n");

    daemon.stop();
    open_ledger(daemon).execute("UPDATE temperatures SET at = at - 901000");
    daemon.start();
    CHECK(Client{daemon.sunday_port()}.ask("TEMP") == unknown_temperature);
}

TEST_CASE("history: a temperature is not known after a restart for which the clock was put back")
{
    Daemon daemon;
    stop_after_a_temperature(daemon);
    open_ledger(daemon).execute("UPDATE temperatures SET at = at + 86400000");
    daemon.start();
    CHECK(Client{daemon.sunday_port()}.ask("TEMP") == unknown_temperature);
}
