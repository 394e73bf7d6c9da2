#include "support/daemon.hpp"

#include "support/client.hpp"
#include "support/wait.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <system_error>
#include <unistd.h>

namespace support {
namespace {

std::string text_of(const std::filesystem::path& file)
{
    std::ifstream in{file};
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

class Descriptor {
public:
    Descriptor(const std::filesystem::path& file, int flags)
        : number_{::open(file.c_str(), flags | O_CLOEXEC, 0600)}
    {
        if (number_ < 0) throw std::system_error{errno, std::generic_category(), file.string()};
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() { ::close(number_); }

    operator int() const { return number_; }

private:
    int number_;
};

}  // namespace

nlohmann::json small_house()
{
    return nlohmann::json::parse(R"json({
        "listen": {
            "sunday": [
                { "address": "127.0.0.1", "port": 0, "dialect": "js", "machine": "d" },
                { "address": "127.0.0.1", "port": 0, "dialect": "classic", "machine": "d" }
            ],
            "boards": [{ "address": "127.0.0.1", "port": 0 }]
        },
        "drops": { "ack_timeout_s": 60 },
        "log": { "level": "debug" },
        "machines": [
            {
                "id": "d", "name": "Big Drink", "location": "NRH (North)", "aliases": ["bigdrink"],
                "board": { "password": "big" },
                "slots": [
                    { "number": 1, "item": "Coke", "price": 50, "count": 13 },
                    { "number": 2, "item": "Dr. Pepper", "price": 50, "count": 0 },
                    { "number": 3, "item": "Root Beer", "price": 50, "count": 5, "enabled": false },
                    { "number": 4, "item": "Champagne", "price": 2000000000, "count": 1 }
                ]
            },
            {
                "id": "ld", "name": "Little Drink",
                "board": { "password": "little", "sensor": true },
                "slots": [
                    { "number": 1, "item": "Coke", "price": 50, "count": 13 },
                    { "number": 2, "item": "Dr. Pepper", "price": 50, "count": 0 }
                ]
            }
        ]
    })json");
}

Daemon::Daemon(
    nlohmann::json settings, std::vector<Account> accounts, std::vector<std::string> launcher)
    : launcher_{std::move(launcher)}
{
    if (!settings.contains("ledger")) settings["ledger"] = {{"sqlite", "ledger.db"}};
    const char* workers = std::getenv("DRINKD_TEST_WORKERS");
    if (workers && !settings.contains("workers")) settings["workers"] = std::stoi(workers);
    std::ofstream{settings_file()} << settings.dump(4) << '\n';
    start();
    for (const auto& account : accounts) add(account);
}

void Daemon::start()
{
    std::filesystem::remove(ready_file());
    const Descriptor log_file{folder() / "log", O_WRONLY | O_CREAT | O_TRUNC | O_APPEND};
    auto command = launcher_;
    command.insert(
        command.end(),
        {DRINKD_PROGRAM, "serve", "--config", settings_file(), "--ready-file", ready_file()});
    process_.emplace(command, Process::Streams{.in = -1, .out = log_file, .err = log_file});
    wait_until("the daemon to be ready", [&] {
        if (!process_->running()) throw std::runtime_error{"the daemon did not start: " + log()};
        return std::filesystem::exists(ready_file());
    });
    ready_ = nlohmann::json::parse(text_of(ready_file()));
}

int Daemon::stop()
{
    begin_to_stop();
    return wait_for_end();
}

void Daemon::begin_to_stop() { process_->signal(SIGTERM); }

int Daemon::wait_for_end()
{
    // It may wait for its drops for as long as everything else is waited for.
    return process_->wait(2 * patience);
}

int Daemon::kill9()
{
    process_->signal(SIGKILL);
    return process_->wait(patience);
}

std::uint16_t Daemon::sunday_port(std::size_t listener) const
{
    return ready_.at("sunday").at(listener).at("port").get<std::uint16_t>();
}

std::uint16_t Daemon::boards_port() const
{
    return ready_.at("boards").at(0).at("port").get<std::uint16_t>();
}

std::string Daemon::log() const { return text_of(folder() / "log"); }

void Daemon::wait_for_log(std::string_view text) const
{
    try {
        wait_until("a line in the log", [&] { return log().contains(text); });
    } catch (const std::runtime_error&) {
        throw std::runtime_error{"the log has no \"" + std::string{text} + "\":\n" + log()};
    }
}

Finished Daemon::run(std::vector<std::string> arguments, std::string_view input) const
{
    arguments.insert(arguments.begin(), DRINKD_PROGRAM);
    arguments.insert(arguments.end(), {"--config", settings_file()});
    return run_program(arguments, input);
}

nlohmann::json Daemon::status() const
{
    const auto finished = run({"status", "--json"});
    if (finished.exit_code != 0) throw std::runtime_error{"drinkd status: " + finished.err};
    return nlohmann::json::parse(finished.out);
}

void Daemon::add(const Account& account) const
{
    std::vector<std::string> arguments{
        "user",
        "add",
        account.name,
        "--ibutton",
        ibutton_of(account.name),
        "--credits",
        std::to_string(account.credits)};
    if (account.admin) arguments.emplace_back("--admin");
    if (!account.password.empty()) arguments.emplace_back("--password-stdin");
    const auto finished = run(std::move(arguments), account.password + "\n");
    if (finished.exit_code != 0) throw std::runtime_error{"drinkd user add: " + finished.err};
}

}  // namespace support
