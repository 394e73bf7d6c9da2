// Reserves and settles drops in batches, as the daemon's ledger thread does, and tells what one
// costs. See docs/performance.md.
#include "ledger/ledger.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <ctime>
#include <deque>
#include <filesystem>
#include <iostream>
#include <stdexcept>
#include <vector>

namespace {

using ledger::Ledger;

constexpr ledger::Cause cause{.actor = "board:m0", .reason = "drop"};

struct Options {
    std::string file;
    std::int64_t members = 1'000;
    int machines = 16;
    int under_way = 32;
    std::int64_t drops = 100'000;
};

double seconds_of(clockid_t clock)
{
    timespec time{};
    ::clock_gettime(clock, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

void commit(Ledger& ledger)
{
    if (ledger.commit() != Ledger::Commit::kept) throw std::runtime_error{"a commit failed"};
}

std::vector<config::Machine> machines(int count)
{
    std::vector<config::Machine> result(static_cast<std::size_t>(count));
    for (std::size_t index = 0; index < result.size(); ++index) {
        result[index].id = fmt::format("m{}", index);
        config::Slot slot;
        slot.number = 1;
        slot.item = "Coke";
        slot.price = 1;
        slot.count = 2'000'000'000;
        result[index].slots.push_back(slot);
    }
    return result;
}

std::vector<ledger::AccountId> open_accounts(Ledger& ledger, std::int64_t count)
{
    std::vector<ledger::AccountId> accounts;
    for (std::int64_t number = 0; number < count; ++number) {
        ledger::NewAccount account;
        account.name = fmt::format("member{}", number);
        account.credits = 1'000'000;
        const auto found = ledger.find_member(account.name);
        accounts.push_back(found ? found->account : ledger.open_account(account, cause)->account);
        if (number % 1'000 == 999) commit(ledger);
    }
    commit(ledger);
    return accounts;
}

void run(const Options& options)
{
    Ledger ledger{options.file};
    const auto keys = ledger.take_settings(machines(options.machines));
    const auto accounts = open_accounts(ledger, options.members);
    std::deque<ledger::DropId> open;
    const auto cpu_before = seconds_of(CLOCK_THREAD_CPUTIME_ID);
    const auto before = seconds_of(CLOCK_MONOTONIC);
    // Members far apart, so that no two drops of a batch are of one, and no two batches alike.
    std::size_t member = 0;
    for (std::int64_t done = 0; done < options.drops; done += options.under_way) {
        for (int number = 0; number < options.under_way; ++number) {
            if (!open.empty() && number < static_cast<int>(open.size())) {
                ledger.settle(open.front(), ledger::DropEvent::acked, cause);
                open.pop_front();
            }
            member = (member + 7'919) % accounts.size();
            const auto machine = member % keys.size();
            const auto drop = ledger.reserve(accounts[member], keys[machine], 1);
            if (!drop) continue;
            open.push_back(drop->drop);
        }
        commit(ledger);
        ledger.take_changed_slots();
    }
    const auto drops = static_cast<double>(options.drops);
    fmt::print(
        "{} members, {} drops a batch: {:.1f} us of CPU per drop, {:.0f} drops a second\n",
        options.members, options.under_way,
        (seconds_of(CLOCK_THREAD_CPUTIME_ID) - cpu_before) / drops * 1e6,
        drops / (seconds_of(CLOCK_MONOTONIC) - before));
}

}  // namespace

int main(int argc, char** argv)
{
    Options options;
    CLI::App app{"Measures what reserving and settling a drop costs the ledger."};
    app.add_option("FILE", options.file, "the ledger; made when it is missing, and kept")
        ->required();
    app.add_option("--members", options.members, "how many drop in turn")->capture_default_str();
    app.add_option("--machines", options.machines, "how many they drop from")
        ->capture_default_str();
    app.add_option("--under-way", options.under_way, "drops in one transaction")
        ->capture_default_str();
    app.add_option("--drops", options.drops, "how many in all")->capture_default_str();
    CLI11_PARSE(app, argc, argv);
    try {
        run(options);
    } catch (const std::exception& error) {
        std::cerr << "ledger_drops: " << error.what() << '\n';
        return EXIT_FAILURE;
    }
}
