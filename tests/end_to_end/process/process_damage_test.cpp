// Ledgers that a disk has spoilt, and disks that are full.
#include "process/cold_house.hpp"
#include "support/catch.hpp"
#include "support/client.hpp"

#include <algorithm>
#include <fstream>

using namespace support;

namespace {

const std::vector<Account> alice{{.name = "alice", .credits = 250}};

void overwrite(const std::filesystem::path& file, std::streamoff where)
{
    std::fstream stream{file, std::ios::in | std::ios::out | std::ios::binary};
    stream.seekp(where);
    stream << std::string(64, '\xff');
}

// Runs a script with the house's folder as its own, in which `disk` is a disk of half a megabyte.
Finished run_on_small_disk(const ColdHouse& house, const std::string& script)
{
    const auto in_namespace = "mount -t tmpfs -o size=512k none disk && " + script;
    return run_program(
        {"/bin/sh", "-c",
         "cd " + house.folder().string() + " && exec unshare --user --mount --map-root-user " +
             "/bin/sh -c '" + in_namespace + "'"});
}

}  // namespace

TEST_CASE("damage: a broken ledger stops the start, and a restore puts a backup in its place")
{
    // The header, and the first page of a table.
    const std::streamoff where = GENERATE(0, 4'096);
    Daemon daemon{small_house(), alice};
    const auto copy = daemon.folder() / "copy.db";
    const auto ledger = (daemon.folder() / "ledger.db").string();
    REQUIRE(daemon.run({"ledger", "backup", copy}).exit_code == 0);
    daemon.stop();
    overwrite(ledger, where);

    const auto served = daemon.run({"serve"});
    CHECK(served.exit_code == 1);
    CHECK(served.err.contains("drinkd: the ledger " + ledger + ": it is damaged ("));
    CHECK(served.err.ends_with(
        "'drinkd ledger verify' tells more, 'drinkd ledger restore' puts a backup in its place\n"));
    CHECK(daemon.run({"ledger", "verify"}).exit_code == 1);
    CHECK(daemon.run({"credits", "add", "alice", "5", "--reason", "x"}).err.contains("damaged"));

    const auto restored = daemon.run({"ledger", "restore", copy});
    CHECK(restored.exit_code == 0);
    CHECK(restored.out.starts_with(
        "what could not be used is kept as " + ledger + ".before-restore-"));
    daemon.start();
    Client client{daemon.sunday_port()};
    client.log_in("alice");
    CHECK(client.ask("GETBALANCE") == "OK: 250\r\n");
}

TEST_CASE("damage: on a full disk the daemon does not start, and says why")
{
    auto settings = small_house();
    settings["ledger"]["sqlite"] = "disk/ledger.db";
    const ColdHouse house{settings};
    std::filesystem::create_directory(house.folder() / "disk");
    if (run_on_small_disk(house, "true").exit_code != 0) {
        WARN("skipped: this system does not let a test mount a disk of its own");
        return;
    }
    const std::string drinkd = DRINKD_PROGRAM;
    const std::string fill = "{ cat /dev/zero >disk/filler; } 2>/dev/null; ";
    const std::string serve = drinkd + " serve --config settings.json";
    const std::string add = drinkd + " user add alice --config settings.json >/dev/null && ";

    const auto without_ledger = run_on_small_disk(house, fill + serve);
    CHECK(without_ledger.exit_code == 1);
    CHECK(without_ledger.err.ends_with(": database or disk is full\n"));

    const auto with_ledger = run_on_small_disk(house, add + fill + serve);
    CHECK(with_ledger.exit_code == 1);
    CHECK(with_ledger.err.ends_with("No space left on device\n"));

    const auto verify = drinkd + " ledger verify --config settings.json";
    CHECK(
        run_on_small_disk(house, add + fill + serve + "; rm disk/filler; " + verify).exit_code ==
        0);
}
