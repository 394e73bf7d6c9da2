// Disks that are full, files that may not be written, and logs that were cut off.
#include "busy_house.hpp"
#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/fake_board.hpp"
#include "support/wait.hpp"

#include <cstdlib>
#include <fstream>
#include <future>
#include <linux/capability.h>
#include <sys/prctl.h>

using namespace faults;
using namespace support;

namespace {

constexpr auto done = "OK:  Dropping drink\r\n";
constexpr auto not_ready = "ERR 350 Account server subsystem is not ready.\r\n";

const std::vector<Account> members{
    {.name = "alice", .credits = 500}, {.name = "bob", .credits = 500}};

// That of with_small_disk.sh, which runs the tests that want one. Empty at first.
class SmallDisk {
public:
    SmallDisk()
    {
        const char* folder = std::getenv("SMALL_DISK");
        if (!folder) throw std::runtime_error{"run this with tests/faults/with_small_disk.sh"};
        folder_ = folder;
        for (const auto& left : std::filesystem::directory_iterator{folder_}) {
            std::filesystem::remove_all(left);
        }
    }

    nlohmann::json ledger() const { return {{"sqlite", folder_ / "ledger.db"}}; }

    void fill() const
    {
        std::ofstream filler{folder_ / "filler", std::ios::binary};
        const std::string zeros(4'096, '\0');
        while (filler.write(zeros.data(), static_cast<std::streamsize>(zeros.size())).flush()) {
        }
    }

    void free() const { std::filesystem::remove(folder_ / "filler"); }

private:
    std::filesystem::path folder_;
};

// Runs drinkd so that it respects the permissions of files, as root too.
Finished run_without_root_rights(const Daemon& daemon, const std::vector<std::string>& arguments)
{
    // What is given up is given up by a thread for good, and by what it starts.
    auto finished = std::async(std::launch::async, [&] {
        // Who may not give them up has none.
        ::prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, 0, 0, 0);
        ::prctl(PR_CAPBSET_DROP, CAP_DAC_READ_SEARCH, 0, 0, 0);
        return daemon.run(arguments);
    });
    return finished.get();
}

}  // namespace

TEST_CASE(
    "disk: while it is full nothing is sold, and what was sent is settled once it has room",
    "[.][small-disk]")
{
    const SmallDisk disk;
    auto settings = small_house();
    settings["ledger"] = disk.ledger();
    Daemon daemon{settings, members};
    auto board = FakeBoard::online(daemon.boards_port(), "big");
    Client alice{daemon.sunday_port()};
    alice.log_in("alice");
    Client bob{daemon.sunday_port()};
    bob.log_in("bob");
    alice.send("DROP 1\n");
    board.expect("31\n");

    disk.fill();
    CHECK(bob.ask("DROP 1") == not_ready);
    board.send("4\n");
    CHECK(alice.line().starts_with("ERR 103 "));
    CHECK(bob.ask("DROP 1") == not_ready);
    CHECK(daemon.status().at("ledger_healthy") == false);

    disk.free();
    daemon.wait_for_log("drop settled late");
    CHECK(alice.ask("GETBALANCE") == "OK: 450\r\n");
    bob.send("DROP 1\n");
    INFO("the board is asked for the first time since");
    board.drop(1);
    CHECK(bob.line() == done);
    CHECK(daemon.stop() == 0);
    CHECK(daemon.run({"ledger", "verify"}).exit_code == 0);
}

TEST_CASE("disk: one that is full again and again under load loses nothing", "[.][small-disk]")
{
    const SmallDisk disk;
    BusyHouse house{BusyHouse::Network::straight, {{"ledger", disk.ledger()}}};
    for (int round = rounds(1); round > 0; --round) {
        house.drop_until(any_below(100), [&] {
            disk.fill();
            wait_until("the full disk to be noticed", [&] {
                return house.daemon.status().at("ledger_healthy") == false;
            });
        });
        disk.free();
        wait_until("the free disk to be noticed", [&] {
            const auto status = house.daemon.status();
            return status.at("ledger_healthy") == true && status.at("settlements_retried") == 0;
        });
    }
    house.check_books();
}

TEST_CASE("disk: a ledger that may not be written stops the start, which says so")
{
    Daemon daemon{small_house(), members};
    daemon.stop();
    const auto ledger = daemon.folder() / "ledger.db";
    std::filesystem::permissions(ledger, std::filesystem::perms::owner_read);
    const auto served = run_without_root_rights(daemon, {"serve"});
    CHECK(served.exit_code == 1);
    CHECK(served.err.ends_with(
        "drinkd: the ledger " + ledger.string() +
        ": it may only be read: look at the owner and the mode of the file\n"));
}

TEST_CASE("disk: a folder that may not be written stops the start, which says so")
{
    Daemon daemon{small_house(), members};
    daemon.stop();
    using std::filesystem::perms;
    std::filesystem::permissions(daemon.folder(), perms::owner_read | perms::owner_exec);
    const auto served = run_without_root_rights(daemon, {"serve"});
    const auto verified = run_without_root_rights(daemon, {"ledger", "verify"});
    std::filesystem::permissions(daemon.folder(), perms::owner_all);
    CHECK(served.exit_code == 1);
    const auto why = "drinkd: the ledger " + (daemon.folder() / "ledger.db").string() +
                     ": attempt to write a readonly database: "
                     "look at the owner and the mode of its folder\n";
    CHECK(served.err.ends_with(why));
    CHECK(verified.err == why);
}

TEST_CASE("disk: a write-ahead log that a power failure cut off is no obstacle, and verifies")
{
    Daemon daemon{small_house(), members};
    daemon.stop();
    daemon.start();  // From here on the members are in the file, whatever becomes of the log.
    const auto log = daemon.folder() / "ledger.db-wal";
    for (int round = rounds(3); round > 0; --round) {
        {
            auto board = FakeBoard::online(daemon.boards_port(), "big");
            Client alice{daemon.sunday_port()};
            alice.log_in("alice");
            alice.send("DROP 1\n");
            board.drop(1);
            CHECK(alice.line() == done);
            alice.send("DROP 1\n");
            board.expect("31\n");
            daemon.kill9();
        }
        const auto size = std::filesystem::file_size(log);
        std::filesystem::resize_file(log, any_below(size));
        REQUIRE(daemon.run({"ledger", "verify"}).exit_code == 0);
        daemon.start();
        REQUIRE(daemon.run({"credits", "add", "alice", "100", "--reason", "x"}).exit_code == 0);
    }
    CHECK(daemon.stop() == 0);
    CHECK(daemon.run({"ledger", "verify"}).exit_code == 0);
}
