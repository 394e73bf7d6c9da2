// Makes a ledger with many drops and measures how long it takes to open it after a crash. See
// docs/performance.md.
#include "ledger/ledger.hpp"
#include "ledger/verify.hpp"
#include "past_drops.hpp"

#include <CLI/CLI.hpp>

#include <chrono>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <iostream>
#include <stdexcept>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using ledger::DropEvent;
using ledger::Ledger;

constexpr int members = 1'000;
constexpr ledger::Cause cause{.actor = "bench", .reason = "drop"};

double seconds_since(Clock::time_point start)
{
    return std::chrono::duration<double>{Clock::now() - start}.count();
}

std::vector<config::Machine> machines()
{
    config::Machine machine;
    machine.id = "d";
    config::Slot slot;
    slot.number = 1;
    slot.item = "Coke";
    slot.price = 1;
    machine.slots.push_back(slot);
    return {machine};
}

void commit(Ledger& ledger)
{
    if (ledger.commit() != Ledger::Commit::kept) throw std::runtime_error{"a commit failed"};
}

// Members with credits for all that is to come, and one machine.
void open_accounts(const fs::path& file, std::int64_t drops)
{
    Ledger ledger{file};
    ledger.take_settings(machines());
    for (int number = 0; number < members; ++number) {
        ledger::NewAccount account;
        account.name = "member" + std::to_string(number);
        account.credits = drops / members + 1'000;
        ledger.open_account(account, cause).value();
    }
    commit(ledger);
}

// Sells in a process that ends without closing anything, with drops open and a log that is not
// brought into the file.
void crash(const fs::path& file)
{
    const auto child = ::fork();
    if (child == 0) {
        Ledger ledger{file};
        const auto machine = ledger.take_settings(machines()).at(0);
        for (int round = 0; round < 10; ++round) {
            for (int number = 0; number < members / 10; ++number) {
                const auto member =
                    ledger.find_member("member" + std::to_string(round * members / 10 + number));
                const auto drop = ledger.reserve(member->account, machine, 1).value().drop;
                if (round > 0) ledger.settle(drop, DropEvent::acked, cause);
            }
            commit(ledger);
        }
        std::_Exit(EXIT_SUCCESS);
    }
    int status = 0;
    if (::waitpid(child, &status, 0) != child || status != 0) {
        throw std::runtime_error{"the process that was to crash did something else"};
    }
}

// So that the next to read them has to ask the disk. Of a file in memory this forgets nothing.
void forget_pages(const fs::path& file)
{
    for (const auto* suffix : {"", "-wal"}) {
        const int descriptor = ::open((file.string() + suffix).c_str(), O_RDONLY | O_CLOEXEC);
        if (descriptor < 0) continue;
        ::fsync(descriptor);
        ::posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED);
        ::close(descriptor);
    }
}

void measure_start(const fs::path& file, bool cold)
{
    crash(file);
    if (cold) forget_pages(file);
    const auto log_bytes = fs::file_size(file.string() + "-wal");
    const auto start = Clock::now();
    const Ledger ledger{file};
    std::cout << (cold ? "from the disk:   " : "from the memory: ") << seconds_since(start)
              << " s to open " << fs::file_size(file) / 1'000'000 << " MB and a log of "
              << log_bytes / 1'000 << " kB, with " << ledger.doubts().size() << " drops open\n";
}

int run(const fs::path& file, std::int64_t drops, bool verify)
{
    if (!fs::exists(file)) {
        const auto start = Clock::now();
        open_accounts(file, drops);
        add_past_drops(file, members, drops);
        std::cout << "made " << drops << " drops in " << seconds_since(start) << " s\n";
    }
    measure_start(file, false);
    measure_start(file, true);
    if (!verify) return EXIT_SUCCESS;
    const auto start = Clock::now();
    const bool sound = ledger::all_hold(ledger::verify(file));
    std::cout << "verify: " << (sound ? "every rule holds, " : "A RULE IS BROKEN, ")
              << seconds_since(start) << " s\n";
    return sound ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace

int main(int argc, char** argv)
{
    std::string file;
    std::int64_t drops = 10'000'000;
    bool verify = false;
    CLI::App app{"Measures how long a large ledger takes to open after a crash."};
    app.add_option("FILE", file, "the ledger; made when it is missing, and kept")->required();
    app.add_option("--drops", drops, "how many to make")->capture_default_str();
    app.add_flag("--verify", verify, "check every rule in the end");
    CLI11_PARSE(app, argc, argv);
    try {
        return run(file, drops, verify);
    } catch (const std::exception& error) {
        std::cerr << "ledger_start: " << error.what() << '\n';
        return EXIT_FAILURE;
    }
}
