#include "clients/drink/commands.hpp"

#include "clients/common/terminal.hpp"
#include "clients/drink/output.hpp"
#include "clients/drink/password.hpp"
#include "clients/drink/shell.hpp"
#include "clients/drink/sunday_client.hpp"
#include "clients/drink/tcp_link.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <unistd.h>
#include <utility>

namespace drink {
namespace {

// Shows on a terminal how long a drop still waits, on one line that goes when it is over.
class Countdown {
public:
    explicit Countdown(std::chrono::seconds delay) : delay_{delay} {}
    Countdown(const Countdown&) = delete;
    Countdown& operator=(const Countdown&) = delete;
    ~Countdown()
    {
        if (terminal_) show("");
    }

    OnSecond shown()
    {
        if (!terminal_) return {};
        return [this](std::chrono::seconds waited) {
            const auto left = delay_ - waited;
            show(
                left.count() > 0 ? fmt::format("dropping in {} s, Ctrl-C cancels", left.count())
                                 : "waiting for the machine");
        };
    }

private:
    static void show(std::string_view text)
    {
        fmt::print(stderr, "\r\033[K{}", text);
        std::fflush(stderr);
    }

    std::chrono::seconds delay_;
    bool terminal_ = isatty(STDERR_FILENO) == 1;
};

// One run of the program against one server.
class Run {
public:
    explicit Run(const Arguments& arguments) : arguments_{arguments} {}

    Result<void> operator()(const ListCommand& command)
    {
        if (auto ready = connect(); !ready) return ready;
        std::vector<MachineListing> machines;
        if (command.machine) {
            auto machine = client_->list(*command.machine);
            if (!machine) return std::unexpected{std::move(machine.error())};
            machines.push_back(std::move(*machine));
        } else {
            auto all = client_->list_all();
            if (!all) return std::unexpected{std::move(all.error())};
            machines = std::move(*all);
        }
        const auto text = arguments_.json
                              ? format_json(machines)
                              : format_tables(machines, clients::may_colour(STDOUT_FILENO));
        fmt::print("{}", text);
        return {};
    }

    Result<void> operator()(const DropCommand& command)
    {
        if (auto ready = log_in(); !ready) return ready;
        const auto name = client_->select_machine(command.machine);
        if (!name) return std::unexpected{name.error()};
        Result<void> dropped;
        {
            Countdown countdown{command.delay};
            dropped = client_->drop(command.slot, command.delay, countdown.shown());
        }
        if (!dropped) return dropped;
        const auto left = balance_left();
        if (arguments_.json) {
            fmt::print("{}", format_json(DropOutcome{command.machine, command.slot, left}));
        } else {
            fmt::print(
                "Dropped slot {} of {}.{}\n", command.slot, clients::without_controls(*name),
                format_left(left));
        }
        return {};
    }

    Result<void> operator()(const BalanceCommand&)
    {
        if (auto ready = log_in(); !ready) return ready;
        const auto balance = client_->balance();
        if (!balance) return std::unexpected{balance.error()};
        if (arguments_.json) {
            fmt::print("{{\"balance\":{}}}\n", *balance);
        } else {
            fmt::print("{}\n", format_credits(*balance));
        }
        return {};
    }

    Result<void> operator()(const HistoryCommand& command)
    {
        if (auto ready = log_in(); !ready) return ready;
        const auto entries = client_->history(command.count);
        if (!entries) return std::unexpected{entries.error()};
        fmt::print("{}", arguments_.json ? format_json(*entries) : format_table(*entries));
        return {};
    }

    Result<void> operator()(const SendCommand& command)
    {
        if (auto ready = log_in(); !ready) return ready;
        if (auto sent = client_->send_credits(command.receiver, command.credits); !sent) {
            return sent;
        }
        const auto left = balance_left();
        if (arguments_.json) {
            fmt::print("{}", format_json(SendOutcome{command.receiver, command.credits, left}));
        } else {
            fmt::print(
                "Sent {} to {}.{}\n", format_credits(command.credits), command.receiver,
                format_left(left));
        }
        return {};
    }

    Result<void> operator()(const ShellCommand& command)
    {
        if (auto ready = command.log_in ? log_in() : connect(); !ready) return ready;
        return run_shell(link_->descriptor());
    }

private:
    Result<void> connect()
    {
        auto link = TcpLink::open(arguments_.server, arguments_.timeout);
        if (!link) return std::unexpected{Failure{ExitCode::no_connection, link.error()}};
        link_ = std::move(*link);
        client_.emplace(*link_, arguments_.timeout);
        return client_->greet();
    }

    Result<void> log_in()
    {
        // Before the connection is made, which a server does not hold open for ever.
        const auto password = read_password(arguments_.password_file, arguments_.user);
        if (!password) return std::unexpected{password.error()};
        if (auto ready = connect(); !ready) return ready;
        return client_->log_in(arguments_.user, *password);
    }

    // What was asked for is done: a balance that can not be had is no failure any more.
    std::optional<protocol::Credits> balance_left()
    {
        const auto balance = client_->balance();
        return balance ? std::optional{*balance} : std::nullopt;
    }

    static std::string format_left(std::optional<protocol::Credits> balance)
    {
        return balance ? fmt::format(" {} left.", format_credits(*balance)) : "";
    }

    const Arguments& arguments_;
    std::unique_ptr<TcpLink> link_;
    std::optional<SundayClient> client_;
};

}  // namespace

ExitCode run(const Arguments& arguments)
{
    const auto result = std::visit(Run{arguments}, arguments.command);
    if (result) return ExitCode::done;
    const auto& failure = result.error();
    if (arguments.json) {
        fmt::print("{}", format_json(failure));
    } else {
        fmt::print(stderr, "drink: {}\n", failure.text);
    }
    return failure.exit_code;
}

}  // namespace drink
