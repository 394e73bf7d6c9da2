#include "busy_house.hpp"

#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/wait.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <future>
#include <iostream>
#include <iterator>
#include <random>

namespace faults {

using namespace support;

namespace {

struct Place {
    std::string member;
    std::string machine;
};

const std::array<Place, 8> places{{
    {"ann", "p1"},
    {"ben", "p1"},
    {"cat", "p2"},
    {"dan", "p2"},
    {"eve", "t1"},
    {"fay", "t1"},
    {"gus", "t2"},
    {"hal", "t2"},
}};

nlohmann::json settings(const nlohmann::json& changes)
{
    auto house = small_house();
    house["log"]["level"] = "info";
    // A member waits for two of these at worst, and so not longer than patience: where the network
    // lost the end of a link, for the drop before, and for the link to be given up.
    house["drops"]["ack_timeout_s"] = 3;
    // No doubt is settled by the policy while a test runs.
    house["drops"]["in_doubt"] = {{"after_s", 86'400}};
    const nlohmann::json slot{{"number", 1}, {"item", "Coke"}, {"price", 1}, {"count", 1'000'000}};
    house["machines"] = nlohmann::json::array();
    for (const std::string id : {"p1", "p2", "t1", "t2"}) {
        house["machines"].push_back(
            {{"id", id}, {"name", id}, {"board", {{"password", "of-" + id}}}, {"slots", {slot}}});
    }
    for (auto& listener : house["listen"]["sunday"]) listener["machine"] = "p1";
    house.merge_patch(changes);
    return house;
}

std::vector<Account> members()
{
    std::vector<Account> accounts;
    for (const auto& place : places) {
        accounts.push_back({.name = place.member, .credits = 1'000'000});
    }
    return accounts;
}

std::unique_ptr<Proxy> proxy_to(std::uint16_t port, BusyHouse::Network network)
{
    if (network == BusyHouse::Network::straight) return nullptr;
    return std::make_unique<Proxy>(port);
}

std::optional<std::uint16_t> port_of(const std::unique_ptr<Proxy>& proxy)
{
    return proxy ? std::optional{proxy->port()} : std::nullopt;
}

// Long enough for most faults to come in the middle of a drop.
const std::vector<std::string> slow_motors{"--drop-time", "0.003"};

// Sets it at the end of a scope, however that comes.
struct SetAtEnd {
    std::atomic<bool>& flag;
    ~SetAtEnd() { flag = true; }
};

bool has_ended(const std::future<void>& member)
{
    return member.wait_for(std::chrono::seconds{0}) == std::future_status::ready;
}

// A drop that the board of its machine, when it is asked, will tell about.
bool any_waits_for_its_board(const Daemon& daemon)
{
    const auto doubts = nlohmann::json::parse(daemon.run({"doubts", "--json"}).out);
    return std::ranges::any_of(
        doubts, [](const auto& doubt) { return doubt.at("waits_for") == "board"; });
}

std::vector<std::int64_t> without(
    const std::set<std::int64_t>& some, const std::set<std::int64_t>& others)
{
    std::vector<std::int64_t> rest;
    std::ranges::set_difference(some, others, std::back_inserter(rest));
    return rest;
}

}  // namespace

int rounds(int few)
{
    const char* wanted = std::getenv("DRINKD_FAULT_ROUNDS");
    return wanted ? std::stoi(wanted) : few;
}

std::size_t any_below(std::size_t end)
{
    static std::minstd_rand random{std::random_device{}()};
    return std::uniform_int_distribution<std::size_t>{0, end - 1}(random);
}

BusyHouse::BusyHouse(Network network, const nlohmann::json& changes)
    : daemon{settings(changes), members()},
      boards_network{proxy_to(daemon.boards_port(), network)},
      members_network{proxy_to(daemon.sunday_port(), network)},
      plain{daemon, Memory::none, {"p1", "p2"}, slow_motors, port_of(boards_network)},
      noting{daemon, Memory::notes, {"t1", "t2"}, slow_motors, port_of(boards_network)}
{
    for (const auto& place : places) heard_[place.member] = {};
    plain.start();
    noting.start();
    wait_until_online(daemon);
    // Before its first drop a board cannot tell new notes from lost ones.
    sell_to_all();
}

void BusyHouse::drop_until(std::size_t drops, const std::function<void()>& fault)
{
    const auto port = port_of(members_network).value_or(daemon.sunday_port());
    std::atomic<std::size_t> done{0};
    std::atomic<bool> over{false};
    std::vector<std::future<void>> all;
    for (std::size_t member = 0; member < places.size(); ++member) {
        all.push_back(
            std::async(std::launch::async, [&, member] { drop(member, port, done, over); }));
    }
    {
        const SetAtEnd at_end{over};
        wait_until("drops", [&] { return done >= drops || std::ranges::all_of(all, has_ended); });
        fault();
    }
    // Throws what a member threw.
    for (auto& member : all) member.get();
}

void BusyHouse::drop(
    std::size_t member, std::uint16_t port, std::atomic<std::size_t>& done,
    const std::atomic<bool>& over)
{
    const auto& place = places.at(member);
    auto& heard = heard_.at(place.member);
    bool asked = false;
    try {
        Client client{port};
        client.log_in(place.member);
        client.ask("MACHINE " + place.machine);
        do {
            asked = true;
            const auto answer = client.ask("DROP 1");
            asked = false;
            if (!answer.starts_with("OK")) {
                if (answer.starts_with("ERR 103 ")) ++heard.unsure;
                return;
            }
            ++heard.done;
            ++done;
        } while (!over);
    } catch (const TooLate&) {
        throw;
    } catch (const std::exception&) {
        // The connection has ended, or could not be made.
        if (asked) ++heard.unsure;
    }
}

void BusyHouse::sell_to_all()
{
    const std::atomic<bool> over{true};
    for (std::size_t member = 0; member < places.size(); ++member) {
        // What spoilt a link for a while may break it once more.
        wait_until("a drop of " + places.at(member).member, [&] {
            std::atomic<std::size_t> done{0};
            drop(member, daemon.sunday_port(), done, over);
            return done == 1;
        });
    }
}

void BusyHouse::check_books()
{
    wait_until_online(daemon);
    sell_to_all();
    wait_until(
        "the boards to tell what they know", [&] { return !any_waits_for_its_board(daemon); });
    CHECK(daemon.stop() == 0);
    CHECK(daemon.run({"ledger", "verify"}).exit_code == 0);

    std::map<std::string, Booked> of_machines;
    std::size_t drops = 0;
    for (const auto& [member, heard] : heard_) {
        CAPTURE(member);
        const auto charged = add_history(member, of_machines);
        CHECK(charged >= heard.done);
        CHECK(charged <= heard.done + heard.unsure);
        drops += charged;
    }
    std::size_t doubts = 0;
    for (const auto& machine : plain.machines()) {
        CAPTURE(machine);
        const auto& booked = of_machines[machine];
        CHECK(plain.cans(machine) >= booked.charged.size());
        CHECK(plain.cans(machine) <= booked.charged.size() + booked.in_doubt.size());
        doubts += booked.in_doubt.size();
    }
    std::size_t unknown = 0;
    const std::vector<std::int64_t> none;
    for (const auto& machine : noting.machines()) {
        CAPTURE(machine);
        const auto& booked = of_machines[machine];
        const auto dropped = noting.dropped(machine);
        CHECK(without(dropped, booked.charged) == none);
        CHECK(without(booked.charged, dropped) == none);
        INFO("no can fell twice");
        CHECK(noting.cans(machine) == noting.told(machine).size());
        unknown += booked.in_doubt.size();
    }
    if (!noting.lost_power()) CHECK(unknown == 0);
    std::cout << drops << " drops; in doubt: " << doubts << " of plain boards, " << unknown
              << " of boards with notes\n";
}

std::size_t BusyHouse::add_history(
    const std::string& member, std::map<std::string, Booked>& booked) const
{
    std::size_t charged = 0;
    const auto history = daemon.run({"history", member, "--json", "--limit", "1000000"});
    for (const auto& event : nlohmann::json::parse(history.out)) {
        if (event.at("what") != "drop") continue;
        auto& drops = booked[event.at("machine").get<std::string>()];
        const auto id = event.at("drop").get<std::int64_t>();
        if (event.at("state") == "dispensed") {
            drops.charged.insert(id);
            ++charged;
        } else if (event.at("state") == "in_doubt") {
            drops.in_doubt.insert(id);
        }
    }
    return charged;
}

}  // namespace faults
