#include "clients/drink_bench/arguments.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <iterator>
#include <string_view>
#include <system_error>
#include <utility>

namespace drink_bench {
namespace {

using clients::EarlyEnd;

constexpr std::uint16_t default_members_port = 4242;
constexpr std::uint16_t default_boards_port = 4343;
constexpr double seconds_max = 86'400;

constexpr auto description =
    "Measures a server of drink machines: plays members and boards that speak Sunday and tini to "
    "it, and tells how many requests it answers, how long they take and what they cost. Never "
    "point it at a house in use: its drops are real ones.";

constexpr auto footer = R"(
WORKLOAD is drops unless it is said. In names and passwords # stands for a number from 0.

Examples:
  drink-bench --server @ready.json --pid 4711           drops, as fast as they are answered
  drink-bench --rate 2000 --duration 60 --json          2,000 a second, whatever becomes of them
  drink-bench stat --login none --machine d             STAT, without accounts
  drink-bench idle --members 5000 --boards 5000 --login ibutton --pid 4711
  drink-bench relay                                     the least that a server can do, to compare

Exit codes:
  0  measured, by Ctrl-C too
  1  nothing could be measured; the message says why
  2  wrong usage
  3  measured, but connections were lost or requests never answered)";

// What is written on the command line, before it is looked at.
struct Words {
    std::string server = "localhost";
    std::string boards_server;
    std::size_t members = 64;
    std::optional<std::size_t> boards;
    std::optional<std::size_t> machines;
    int slots = 1;
    std::string login = "password";
    std::string think_time = "0";
    std::string answer_time = "0";
    double warm_up = 1;
    double duration = 10;
    std::size_t sources = 0;
    bool status = false;
};

Clock::duration from_seconds(double seconds)
{
    return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>{seconds});
}

std::optional<double> parse_seconds(std::string_view text)
{
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = error == std::errc{} && end == text.data() + text.size();
    if (!whole || !(value >= 0 && value <= seconds_max)) return std::nullopt;
    return value;
}

// `2` or `0.5-3`.
std::expected<Interval, std::string> parse_interval(std::string_view text)
{
    const auto dash = text.find('-');
    const auto from = parse_seconds(text.substr(0, dash));
    const auto to = dash == std::string_view::npos ? from : parse_seconds(text.substr(dash + 1));
    if (!from || !to || *from > *to) {
        return std::unexpected{
            fmt::format("'{}' is neither SECONDS nor a range such as 0.5-3", text)};
    }
    return Interval{from_seconds(*from), from_seconds(*to)};
}

void declare_server(CLI::App& app, Words& words, LoadCommand& command)
{
    app.add_option(
           "--server", words.server,
           "Members' port, HOST[:PORT], or @FILE for the ready file of the server")
        ->type_name("SERVER")
        ->capture_default_str();
    app.add_option(
           "--boards-server", words.boards_server,
           "Boards' port (default: the same host, port 4343, or as @FILE says)")
        ->type_name("SERVER");
    app.add_option(
           "--pid", command.load.pid, "The server's process on this computer: measure it as well")
        ->type_name("PID")
        ->check(CLI::PositiveNumber);
    app.add_option(
           "--sources", words.sources,
           "Connect to this computer from so many of its addresses, 127.0.0.1 and up "
           "(default: as many as ports need)")
        ->type_name("N")
        ->check(CLI::Range(1, 65'000));
}

void declare_peers(CLI::App& app, Words& words, LoadCommand& command)
{
    const auto count = CLI::Range(std::size_t{0}, std::size_t{10'000'000});
    app.add_option("--members", words.members, "How many members")
        ->type_name("N")
        ->check(count)
        ->capture_default_str();
    app.add_option(
           "--boards", words.boards,
           "How many boards are played (default: 16 for drops, else none)")
        ->type_name("N")
        ->check(count);
    app.add_option(
           "--machines", words.machines,
           "How many machines the members are spread over (default: one for each board)")
        ->type_name("N")
        ->check(CLI::Range(1, 10'000'000));
    app.add_option("--slots", words.slots, "Drop from slots 1 to N, in turns")
        ->type_name("N")
        ->check(CLI::Range(1, 255))
        ->capture_default_str();
    app.add_option("--login", words.login, "password, ibutton (number + 1 in 16 digits) or none")
        ->type_name("HOW")
        ->check(CLI::IsMember({"password", "ibutton", "none"}))
        ->capture_default_str();
    app.add_option("--member", command.member.name, "Members' names")
        ->type_name("NAME")
        ->capture_default_str();
    app.add_option("--password", command.member.password, "Their password")
        ->type_name("TEXT")
        ->capture_default_str();
    app.add_option("--machine", command.member.machine, "Ids of the machines")
        ->type_name("ID")
        ->capture_default_str();
    app.add_option("--board-password", command.board.password, "Passwords of the boards")
        ->type_name("TEXT")
        ->capture_default_str();
}

void declare_load(CLI::App& app, Words& words, LoadCommand& command)
{
    const auto seconds = CLI::Range(0.0, seconds_max);
    app.add_option(
           "--rate", command.load.rate,
           "Requests per second in all, measured from when each was due "
           "(default: a member's next when its last was answered)")
        ->type_name("N")
        ->check(CLI::Range(0.001, 10'000'000.0));
    app.add_option("--think-time", words.think_time, "From an answer to the member's next request")
        ->type_name("SECONDS")
        ->capture_default_str();
    app.add_option("--warm-up", words.warm_up, "Before it is measured")
        ->type_name("SECONDS")
        ->check(seconds)
        ->capture_default_str();
    app.add_option("--duration", words.duration, "For how long it is measured")
        ->type_name("SECONDS")
        ->check(CLI::Range(0.001, seconds_max))
        ->capture_default_str();
    app.add_option(
           "--answer-time", words.answer_time, "How long boards take for a drop, such as 0.5-3")
        ->type_name("SECONDS")
        ->capture_default_str();
    app.add_option("--nack-rate", command.board.nack_rate, "Share of drops that boards refuse")
        ->type_name("SHARE")
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str();
    app.add_flag("--tini2", command.board.tini2, "Boards offer tini 2, in which drops have ids");
    app.add_flag(
        "--status", words.status,
        "Boards send the state of their slots behind each answer, as real ones do");
    app.add_option("--seed", command.seed, "Makes times and refusals repeatable")
        ->type_name("N")
        ->capture_default_str();
}

void declare_output(CLI::App& app, LoadCommand& command, std::optional<int>& core)
{
    app.add_flag("--json", command.json, "The result as JSON");
    app.add_flag("--quiet", command.quiet, "No line of progress");
    app.add_option("--pin", core, "Run on this core only")
        ->type_name("CORE")
        ->check(CLI::Range(0, 1'023));
}

CLI::App* declare_relay(CLI::App& app, RelayCommand& relay)
{
    auto* const command = app.add_subcommand(
        "relay", "Be the least that a server can do: no accounts, no ledger, no checks");
    const auto port = CLI::Range(0, 65'535);
    command->add_option("--address", relay.address, "Where to listen")
        ->type_name("ADDRESS")
        ->capture_default_str();
    command->add_option("--members-port", relay.members_port, "0 = any that is free")
        ->type_name("PORT")
        ->check(port)
        ->capture_default_str();
    command->add_option("--boards-port", relay.boards_port, "0 = any that is free")
        ->type_name("PORT")
        ->check(port)
        ->capture_default_str();
    command->add_option("--ready-file", relay.ready_file, "Write the ports to this file")
        ->type_name("FILE");
    return command;
}

void choose_workload(const std::string& workload, int slots, LoadCommand& command)
{
    auto& member = command.member;
    if (workload == "drops") {
        for (int slot = 1; slot <= slots; ++slot) {
            member.requests.push_back(fmt::format("DROP {}\n", slot));
        }
    } else if (workload == "stat") {
        member.requests.emplace_back("STAT\n");
    } else if (workload == "logins") {
        member.logs_in_each_time = true;
    } else if (workload == "idle") {
        command.load.course = Course::idle;
        member.to_the_login = true;
    } else {
        command.load.course = Course::storm;
        member.to_the_banner = true;
    }
}

// What a board says whose slots are all filled.
std::string status_line(int slots)
{
    std::string line = "7";
    for (int slot = 1; slot <= slots; ++slot) {
        fmt::format_to(std::back_inserter(line), "{}{} 1", slot == 1 ? "" : "`", slot);
    }
    return line += '\n';
}

// What Words say goes into the plans. Throws CLI::ValidationError.
void look_at(const Words& words, const std::string& workload, LoadCommand& command)
{
    const auto take = [](auto expected, const char* option) {
        if (!expected) throw CLI::ValidationError{option, expected.error()};
        return std::move(*expected);
    };
    if (words.server.starts_with('@')) {
        command.server.members = std::filesystem::path{words.server.substr(1)};
    } else {
        auto address =
            take(clients::parse_server_address(words.server, default_members_port), "--server");
        command.server.boards = {address.host, default_boards_port};
        command.server.members = std::move(address);
    }
    if (!words.boards_server.empty()) {
        command.server.boards = take(
            clients::parse_server_address(words.boards_server, default_boards_port),
            "--boards-server");
    }
    auto& member = command.member;
    member.login = words.login == "password"  ? Login::password
                   : words.login == "ibutton" ? Login::ibutton
                                              : Login::none;
    if (member.login == Login::none && (workload == "drops" || workload == "logins")) {
        throw CLI::ValidationError{
            "--login", fmt::format("without a login there are no {}", workload)};
    }
    member.think_time = take(parse_interval(words.think_time), "--think-time");
    command.board.answer_time = take(parse_interval(words.answer_time), "--answer-time");
    command.load.warm_up = from_seconds(words.warm_up);
    command.load.duration = from_seconds(words.duration);

    const auto boards = words.boards.value_or(workload == "drops" ? 16 : 0);
    const auto peers = words.members + boards;
    const bool asks = workload == "drops" || workload == "stat" || workload == "logins";
    if (peers == 0) throw CLI::ValidationError{"--members", "there is nobody to play"};
    if (asks && words.members == 0) {
        throw CLI::ValidationError{
            "--members", fmt::format("without members there are no {}", workload)};
    }
    command.subject = {
        .workload = workload,
        .members = words.members,
        .boards = boards,
        .rate = command.load.rate};
    member.machines = words.machines.value_or(std::max<std::size_t>(boards, 1));
    command.load.sources =
        words.sources > 0 ? words.sources : (peers - 1) / connections_per_source_max + 1;
    choose_workload(workload, words.slots, command);
    if (words.status) command.board.status = status_line(words.slots);
}

}  // namespace

std::expected<Arguments, EarlyEnd> read_arguments(int argc, const char* const* argv)
{
    CLI::App app{description, "drink-bench"};
    clients::prepare(app);
    app.footer(footer);
    app.require_subcommand(0, 1);
    app.fallthrough();  // Lets the options stand behind the workload too.
    Arguments arguments;
    Words words;
    LoadCommand load;
    RelayCommand relay;
    declare_server(app, words, load);
    declare_peers(app, words, load);
    declare_load(app, words, load);
    declare_output(app, load, arguments.core);
    app.add_subcommand("drops", "DROP, with its way to the board and back (the default)");
    app.add_subcommand("stat", "STAT of a machine");
    app.add_subcommand("logins", "A connection, a login and QUIT, again and again");
    app.add_subcommand("idle", "Connections that say nothing: what they cost");
    app.add_subcommand("connects", "All connections at once, until the server has greeted each");
    const auto* const relay_command = declare_relay(app, relay);
    try {
        app.parse(argc, argv);
        const auto chosen = app.get_subcommands();
        if (!chosen.empty() && chosen.front() == relay_command) {
            arguments.command = std::move(relay);
        } else {
            look_at(words, chosen.empty() ? "drops" : chosen.front()->get_name(), load);
            arguments.command = std::move(load);
        }
    } catch (const CLI::ParseError& error) {
        return std::unexpected{clients::early_end_of(app, error)};
    }
    return arguments;
}

}  // namespace drink_bench
