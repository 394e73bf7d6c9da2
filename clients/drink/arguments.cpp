#include "clients/drink/arguments.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <pwd.h>
#include <string_view>
#include <unistd.h>

namespace drink {
namespace {

using clients::EarlyEnd;

constexpr std::uint16_t default_port = 4242;
constexpr int delay_s_max = 86'400;
constexpr double timeout_s_max = 86'400;

constexpr auto description = "Buys drinks from the networked machines of a drinkd server.";

constexpr auto footer = R"(
The password comes from --password-file, else from DRINK_PASSWORD, else it is asked for.

Examples:
  drink list                      every machine with its slots
  drink drop d 1                  slot 1 of machine d, now
  drink drop d 1 --delay 10       ten seconds to get there; Ctrl-C cancels
  drink --json balance            for scripts
  drink --server drink.example.org --user alice shell --login

Exit codes:
    0  done
    1  refused by the server; the message has its code
    2  wrong usage
    3  no connection, or not a Sunday server
    4  not logged in: wrong name or password, or none given
    5  the outcome of a drop is not known; do not simply try again
  130  interrupted)";

constexpr auto list_footer = R"(
Nobody needs to log in for this.

Examples:
  drink list
  drink list d
  drink --json list | jq '.machines[] | select(.online) | .id')";

constexpr auto drop_footer = R"(
Answers when the outcome is known: within seconds, or at most a minute after the delay.
It is never sent twice. With exit code 5 the machine did not say what it did: look at your
balance before you try again.

Examples:
  drink drop d 1
  drink drop d 1 --delay 10
  drink --json drop ld 3)";

constexpr auto balance_footer = R"(
Credits that a drop under way holds are left out.

Examples:
  drink balance
  DRINK_PASSWORD=secret drink --user alice --json balance)";

constexpr auto history_footer = R"(
The newest first. A drop that is in doubt shows its id: name it to an admin.

Examples:
  drink history
  drink history --count 50
  drink --json history | jq '.history[] | select(.state == "in_doubt") | .drop')";

constexpr auto send_footer = R"(
They are the other member's at once, and both find it in their history. It cannot be taken back.
It is never sent twice: with exit code 5 look at your history before you try again.

Examples:
  drink send bob 20
  drink --json send bob 20)";

constexpr auto shell_footer = R"(
Sends each line as it is and prints what comes back. Lines that begin with PASS or IBUTTON are
kept out of the history, ~/.local/state/drink/history.

Examples:
  drink shell
  drink shell --login
  printf 'MACHINE d\nSTAT\n' | drink shell)";

// A word of a command: a blank or a line end in it would make another command of it.
std::string check_word(const std::string& word)
{
    const bool fits = !word.empty() && std::ranges::all_of(word, [](char c) {
        return static_cast<unsigned char>(c) > ' ' && c != '\x7f';
    });
    return fits ? "" : "must be one word without blanks";
}

std::string login_name()
{
    const auto* const account = getpwuid(geteuid());  // NOLINT(concurrency-mt-unsafe)
    return account ? account->pw_name : "";
}

}  // namespace

std::expected<Arguments, EarlyEnd> read_arguments(int argc, const char* const* argv)
{
    CLI::App app{description, "drink"};
    clients::prepare(app);
    app.footer(footer);
    app.require_subcommand(1);
    app.fallthrough();  // Lets the options for all commands stand behind the command too.

    Arguments arguments;
    std::string server = "localhost";
    double timeout = 10;
    const CLI::Validator word{check_word, "WORD"};
    app.add_option("--server", server, "HOST[:PORT], an IPv6 address in [brackets]")
        ->type_name("SERVER")
        ->envname("DRINK_SERVER")
        ->capture_default_str();
    app.add_option("--user", arguments.user, "Who buys (default: login name)")
        ->type_name("NAME")
        ->envname("DRINK_USER")
        ->check(word);
    app.add_option(
           "--password-file", arguments.password_file, "File whose first line is the password")
        ->type_name("FILE");
    app.add_flag("--json", arguments.json, "Answer in JSON, one line, errors too");
    app.add_option("--timeout", timeout, "Seconds to wait for the server, for a drop 60 + delay")
        ->type_name("SECONDS")
        ->check(CLI::Range(0.001, timeout_s_max))
        ->capture_default_str();

    std::string machine;
    auto* const list = app.add_subcommand("list", "Show machines, slots, prices and what is left");
    list->footer(list_footer);
    list->add_option("MACHINE", machine, "Id of one machine (default: all)")
        ->type_name("")
        ->check(word);

    DropCommand drop_command;
    int slot = 0;
    int delay = 0;
    auto* const drop = app.add_subcommand("drop", "Buy what is in a slot");
    drop->footer(drop_footer);
    drop->add_option("MACHINE", drop_command.machine, "Id of the machine, as list shows it")
        ->type_name("")
        ->required()
        ->check(word);
    drop->add_option("SLOT", slot, "Number of the slot")
        ->type_name("")
        ->required()
        ->check(CLI::Range(1, 255));
    drop->add_option("--delay", delay, "Seconds until it drops")
        ->type_name("SECONDS")
        ->check(CLI::Range(0, delay_s_max))
        ->capture_default_str();

    auto* const balance = app.add_subcommand("balance", "Show your credits");
    balance->footer(balance_footer);
    HistoryCommand history_command;
    auto* const history = app.add_subcommand("history", "Show your last drops and transfers");
    history->footer(history_footer);
    history->add_option("--count", history_command.count, "How many")
        ->type_name("N")
        ->check(CLI::Range(1, protocol::history_entries_max))
        ->capture_default_str();

    SendCommand send_command;
    auto* const send = app.add_subcommand("send", "Give credits to another member");
    send->footer(send_footer);
    send->add_option("MEMBER", send_command.receiver, "Who gets them")
        ->type_name("")
        ->required()
        ->check(word);
    send->add_option("CREDITS", send_command.credits, "How many")
        ->type_name("")
        ->required()
        ->check(CLI::Range(protocol::Credits{1}, protocol::credits_max));

    auto* const shell = app.add_subcommand("shell", "Speak Sunday to the server, line by line");
    shell->footer(shell_footer);
    ShellCommand shell_command;
    shell->add_flag(
        "--login", shell_command.log_in,
        "Log in first, so that the password need not be typed as a line");

    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return std::unexpected{clients::early_end_of(app, error)};
    }

    auto address = clients::parse_server_address(server, default_port);
    if (!address) {
        return std::unexpected{EarlyEnd{
            clients::usage_exit_code, fmt::format("drink: --server: {}", address.error())}};
    }
    arguments.server = std::move(*address);
    arguments.timeout = std::chrono::milliseconds{std::llround(timeout * 1'000)};
    if (arguments.user.empty()) arguments.user = login_name();
    if (*list) {
        ListCommand command;
        if (!machine.empty()) command.machine = machine;
        arguments.command = std::move(command);
    } else if (*drop) {
        drop_command.slot = static_cast<protocol::SlotNumber>(slot);
        drop_command.delay = std::chrono::seconds{delay};
        arguments.command = std::move(drop_command);
    } else if (*balance) {
        arguments.command = BalanceCommand{};
    } else if (*history) {
        arguments.command = history_command;
    } else if (*send) {
        arguments.command = std::move(send_command);
    } else {
        arguments.command = shell_command;
    }
    return arguments;
}

}  // namespace drink
