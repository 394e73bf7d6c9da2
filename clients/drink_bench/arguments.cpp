#include "clients/drink_bench/arguments.hpp"

#include <CLI/CLI.hpp>

namespace drink_bench {
namespace {

constexpr auto description =
    "Measures a server of drink machines: plays members and boards that speak Sunday and tini to "
    "it, and tells how many requests it answers, how long they take and what they cost. Never "
    "point it at a house in use: its drops are real ones.";

constexpr auto footer = R"(
Without a subcommand drops are measured. In names and passwords # stands for a number from 0.

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

void declare_server(CLI::App& app, Arguments& arguments)
{
    app.add_option(
           "--server", arguments.server,
           "Members' port, HOST[:PORT], or @FILE for the ready file of the server")
        ->type_name("SERVER")
        ->capture_default_str();
    app.add_option(
           "--boards-server", arguments.boards_server,
           "Boards' port (default: the same host, port 4343, or as @FILE says)")
        ->type_name("SERVER");
    app.add_option(
           "--pid", arguments.pid, "The server's process on this computer: measure it as well")
        ->type_name("PID")
        ->check(CLI::PositiveNumber);
    app.add_option(
           "--sources", arguments.sources,
           "Connect to this computer from so many of its addresses, 127.0.0.1 and up "
           "(default: as many as ports need)")
        ->type_name("N")
        ->check(CLI::Range(1, 65'000));
}

void declare_peers(CLI::App& app, Arguments& arguments)
{
    const auto count = CLI::Range(std::size_t{0}, std::size_t{10'000'000});
    app.add_option("--members", arguments.members, "How many members")
        ->type_name("N")
        ->check(count)
        ->capture_default_str();
    app.add_option(
           "--boards", arguments.boards,
           "How many boards are played (default: 16 for drops, else none)")
        ->type_name("N")
        ->check(count);
    app.add_option(
           "--machines", arguments.machines,
           "How many machines the members are spread over (default: one for each board)")
        ->type_name("N")
        ->check(CLI::Range(1, 10'000'000));
    app.add_option("--slots", arguments.slots, "Drop from slots 1 to N, in turns")
        ->type_name("N")
        ->check(CLI::Range(1, 255))
        ->capture_default_str();
    app.add_option(
           "--login", arguments.login, "password, ibutton (number + 1 in 16 digits) or none")
        ->type_name("HOW")
        ->check(CLI::IsMember({"password", "ibutton", "none"}))
        ->capture_default_str();
    app.add_option("--member", arguments.member, "Members' names")
        ->type_name("NAME")
        ->capture_default_str();
    app.add_option("--password", arguments.password, "Their password")
        ->type_name("TEXT")
        ->capture_default_str();
    app.add_option("--machine", arguments.machine, "Ids of the machines")
        ->type_name("ID")
        ->capture_default_str();
    app.add_option("--board-password", arguments.board_password, "Passwords of the boards")
        ->type_name("TEXT")
        ->capture_default_str();
}

void declare_load(CLI::App& app, Arguments& arguments)
{
    const auto seconds = CLI::Range(0.0, seconds_max);
    app.add_option(
           "--rate", arguments.rate,
           "Requests per second in all, measured from when each was due "
           "(default: a member's next when its last was answered)")
        ->type_name("N")
        ->check(CLI::Range(0.001, 10'000'000.0));
    app.add_option(
           "--think-time", arguments.think_time, "From an answer to the member's next request")
        ->type_name("SECONDS")
        ->capture_default_str();
    app.add_option("--warm-up", arguments.warm_up, "Before it is measured")
        ->type_name("SECONDS")
        ->check(seconds)
        ->capture_default_str();
    app.add_option("--duration", arguments.duration, "For how long it is measured")
        ->type_name("SECONDS")
        ->check(CLI::Range(0.001, seconds_max))
        ->capture_default_str();
    app.add_option(
           "--answer-time", arguments.answer_time, "How long boards take for a drop, such as 0.5-3")
        ->type_name("SECONDS")
        ->capture_default_str();
    app.add_option("--nack-rate", arguments.nack_rate, "Share of drops that boards refuse")
        ->type_name("SHARE")
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str();
    app.add_flag("--tini2", arguments.tini2, "Boards offer tini 2, in which drops have ids");
    app.add_flag(
        "--status", arguments.status,
        "Boards send the state of their slots behind each answer, as real ones do");
    app.add_option("--seed", arguments.seed, "Makes times and refusals repeatable")
        ->type_name("N")
        ->capture_default_str();
}

void declare_pin(CLI::App& app, Arguments& arguments)
{
    app.add_option("--pin", arguments.core, "Run on this core only")
        ->type_name("CORE")
        ->check(CLI::Range(0, 1'023));
}

void declare_output(CLI::App& app, Arguments& arguments)
{
    app.add_flag("--json", arguments.json, "The result as JSON");
    app.add_flag("--quiet", arguments.quiet, "No line of progress");
    declare_pin(app, arguments);
}

void declare_relay(CLI::App& app, Arguments& arguments)
{
    auto* const command =
        app.add_subcommand("relay", "Be the least that a server can do, to compare with");
    const auto port = CLI::Range(0, 65'535);
    command->fallthrough(false);  // The options of a load mean nothing to it.
    declare_pin(*command, arguments);
    command->add_option("--address", arguments.address, "Where to listen")
        ->type_name("ADDRESS")
        ->capture_default_str();
    command->add_option("--members-port", arguments.members_port, "0 = any that is free")
        ->type_name("PORT")
        ->check(port)
        ->capture_default_str();
    command->add_option("--boards-port", arguments.boards_port, "0 = any that is free")
        ->type_name("PORT")
        ->check(port)
        ->capture_default_str();
    command->add_option("--ready-file", arguments.ready_file, "Write the ports to this file")
        ->type_name("FILE");
}

void declare_workloads(CLI::App& app)
{
    app.require_subcommand(0, 1);
    app.add_subcommand("drops", "DROP, to the board and back (the default)");
    app.add_subcommand("stat", "STAT of a machine");
    app.add_subcommand("logins", "A connection, a login and QUIT, again and again");
    app.add_subcommand("idle", "Connections that say nothing: what they cost");
    app.add_subcommand("connects", "All connections at once: until all are greeted");
}

}  // namespace

std::expected<Arguments, clients::EarlyEnd> read_arguments(int argc, const char* const* argv)
{
    CLI::App app{description, "drink-bench"};
    clients::prepare(app);
    app.footer(footer);
    app.fallthrough();  // Lets the options stand behind the workload too.
    Arguments arguments;
    declare_server(app, arguments);
    declare_peers(app, arguments);
    declare_load(app, arguments);
    declare_output(app, arguments);
    declare_workloads(app);
    declare_relay(app, arguments);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return std::unexpected{clients::early_end_of(app, error)};
    }
    const auto workloads = app.get_subcommands();
    if (!workloads.empty()) arguments.workload = workloads.front()->get_name();
    return arguments;
}

}  // namespace drink_bench
