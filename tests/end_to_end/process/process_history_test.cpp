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

}  // namespace

TEST_CASE("history: the last temperature is known after a restart, while it is news")
{
    Daemon daemon;
    FakeBoard::online(daemon.boards_port(), "big").send("838.75\n");
    wait_until("the temperature to be kept", [&] {
        return open_ledger(daemon).integer("SELECT count(*) FROM temperatures") == 1;
    });
    daemon.stop();
    daemon.start();
    CHECK(Client{daemon.sunday_port()}.ask("TEMP") == "OK: 38.7500\r\n");

    daemon.stop();
    open_ledger(daemon).execute("UPDATE temperatures SET at = at - 901000");
    daemon.start();
    CHECK(
        Client{daemon.sunday_port()}.ask("TEMP") == "ERR 351 Unable to determine temperature.\r\n");
}
