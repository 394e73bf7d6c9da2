// All three programs together: drinkd, the simulated boards of tini-sim, and members with drink.
#include "support/catch.hpp"
#include "support/daemon.hpp"
#include "support/wait.hpp"

#include <algorithm>
#include <fstream>

using namespace support;

namespace {

class House {
public:
    // `faults` are arguments of tini-sim.
    explicit House(const std::vector<std::string>& faults = {})
        : daemon_{small_house(), {{.name = "alice", .credits = 250, .password = "right"}, {.name = "bob"}}},
          boards_{tini_sim(daemon_, faults), {}}
    {
        std::ofstream{password_file()} << "right\n";
        wait_until("the boards to be connected", [&] {
            return std::ranges::all_of(daemon_.status().at("machines"), [](const auto& machine) {
                return machine.at("online").template get<bool>();
            });
        });
    }

    // Runs `drink --json ARGUMENTS...` as alice.
    Finished drink(const std::vector<std::string>& arguments) const
    {
        std::vector<std::string> command{DRINK_PROGRAM,     "--json",        "--user",  "alice",
                                         "--password-file", password_file(), "--server"};
        command.push_back("127.0.0.1:" + std::to_string(daemon_.sunday_port()));
        command.insert(command.end(), arguments.begin(), arguments.end());
        return run_program(command);
    }

    nlohmann::json balance() const
    {
        return nlohmann::json::parse(drink({"balance"}).out).at("balance");
    }

    const Daemon& daemon() const { return daemon_; }

private:
    static std::vector<std::string> tini_sim(
        const Daemon& daemon, const std::vector<std::string>& faults)
    {
        std::vector<std::string> command{
            TINI_SIM_PROGRAM,
            "--config",
            daemon.settings_file(),
            "--server",
            "@" + daemon.ready_file().string(),
            "--drop-time",
            "0"};
        command.insert(command.end(), faults.begin(), faults.end());
        return command;
    }

    std::string password_file() const { return daemon_.folder() / "password"; }

    Daemon daemon_;
    Process boards_;
};

}  // namespace

TEST_CASE("whole house: a member buys a drink with the command line")
{
    const House house;
    CHECK(house.drink({"drop", "d", "1"}).exit_code == 0);
    CHECK(house.balance() == 200);
    CHECK(house.drink({"list", "d"}).out.contains("Coke"));
}

TEST_CASE("whole house: a member gives credits to another with the command line")
{
    const House house;
    const auto sent = house.drink({"send", "bob", "20"});
    CHECK(sent.exit_code == 0);
    CHECK(sent.out == "{\"sent\":20,\"to\":\"bob\",\"balance\":230}\n");
    const auto refused = house.drink({"send", "nobody", "20"});
    CHECK(refused.exit_code == 1);
    CHECK(refused.out.contains("there is no such account to send to"));
    CHECK(house.balance() == 230);
}

TEST_CASE("whole house: a drop that the board refuses costs nothing")
{
    const House house{{"--nack-rate", "1"}};
    CHECK(house.drink({"drop", "d", "1"}).exit_code == 1);
    CHECK(house.balance() == 250);
}

TEST_CASE("whole house: a drop whose board breaks off in the middle is told as not known")
{
    const House house{{"--disconnect-rate", "1"}};
    CHECK(house.drink({"drop", "d", "1"}).exit_code == 5);
    CHECK(house.balance() == 200);
}

TEST_CASE("whole house: what a sensor sees is what a member is shown")
{
    const House house{{"--empty", "1"}};
    wait_until("the status to be shown", [&] {
        const auto list = nlohmann::json::parse(house.drink({"list", "ld"}).out);
        return list.at("machines").at(0).at("slots").at(0).at("left") == 0;
    });
    const auto refused = nlohmann::json::parse(house.drink({"drop", "ld", "1"}).out);
    CHECK(refused.at("error").at("code") == 100);
}

TEST_CASE("whole house: the books are right after all of it")
{
    const House house{{"--nack-rate", "0.5", "--seed", "7"}};
    for (int drop = 0; drop < 5; ++drop) house.drink({"drop", "d", "1"});
    CHECK(house.daemon().run({"ledger", "verify"}).exit_code == 0);
}
