#include "clients/tini_sim/arguments.hpp"

#include <CLI/CLI.hpp>

namespace tini_sim {
namespace {

constexpr double seconds_max = 86'400;

constexpr auto description =
    "Simulates the controller boards of drink machines: each logs in to the server's boards port, "
    "drops what it is asked to and answers, for ever, until Ctrl-C.";

constexpr auto footer = R"(
Examples:
  tini-sim --machine d --password secret               one board with five slots
  tini-sim --config drinkd.json                        a board for every machine of the settings
  tini-sim --config drinkd.json --server @ready.json   where the daemon's --ready-file says
  tini-sim --config drinkd.json --nack-rate 0.2 --late-rate 0.1 --late-by 30 --seed 7
  tini-sim --config drinkd.json --tini2 --state notes  boards that remember their drops

Exit codes:
  0  ended by Ctrl-C or SIGTERM
  1  the settings or password file, or the notes of a board, can not be used
  2  wrong usage)";

void declare_server(CLI::App& app, Arguments& arguments)
{
    auto* const config =
        app.add_option(
               "--config", arguments.config, "Settings file of the daemon: simulate its machines")
            ->type_name("FILE");
    app.add_option(
           "--machine", arguments.machines,
           "Id of a machine; with --config only these, may be given several times")
        ->type_name("ID")
        ->allow_extra_args(false);
    auto* const password = app.add_option("--password", arguments.password, "The board's password")
                               ->type_name("TEXT")
                               ->excludes(config);
    app.add_option(
           "--password-file", arguments.password_file, "File whose first line is the password")
        ->type_name("FILE")
        ->excludes(password)
        ->excludes(config);
    app.add_option("--slots", arguments.slots, "How many slots the machine has, numbered from 1")
        ->type_name("N")
        ->check(CLI::Range(1, 255))
        ->capture_default_str()
        ->excludes(config);
    app.add_option(
           "--server", arguments.server,
           "HOST[:PORT], or @FILE for the ready file of a daemon "
           "(default localhost:4343, or as the settings file says)")
        ->type_name("SERVER");
}

void declare_drops(CLI::App& app, Arguments& arguments)
{
    const auto share = CLI::Range(0.0, 1.0);
    const auto seconds = CLI::Range(0.0, seconds_max);
    auto& faults = arguments.faults;
    app.add_option("--drop-time", arguments.drop_time, "Seconds that a drop takes; 0 = none")
        ->type_name("SECONDS")
        ->check(seconds)
        ->capture_default_str();
    app.add_option("--nack-rate", faults.nack, "Share of drops that are refused, 0 to 1")
        ->type_name("SHARE")
        ->check(share);
    app.add_option(
           "--nack-reason", arguments.nack_reason,
           "Why they are: empty, not-ready, jammed, no-start or motor (told by tini 2 only)")
        ->type_name("WORD");
    app.add_option("--silence-rate", faults.silence, "Share of drops that are never answered")
        ->type_name("SHARE")
        ->check(share);
    app.add_option("--late-rate", faults.late, "Share of drops that are acked late")
        ->type_name("SHARE")
        ->check(share);
    app.add_option("--late-by", arguments.late_by, "Seconds that a late ack is late")
        ->type_name("SECONDS")
        ->check(seconds)
        ->capture_default_str();
    app.add_option(
           "--disconnect-rate", faults.disconnect, "Share of drops in whose middle the link breaks")
        ->type_name("SHARE")
        ->check(share);
    app.add_option(
           "--power-loss-rate", faults.power_loss,
           "Share of drops in whose middle the power fails, half of them before the can falls")
        ->type_name("SHARE")
        ->check(share);
    app.add_option("--empty", arguments.empty, "Slots whose sensor says empty, such as 2,5")
        ->type_name("SLOTS")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->check(CLI::Range(1, 255));
    app.add_option(
           "--stock", arguments.stock,
           "Cans in each slot (default: the counts of the settings file, else endless)")
        ->type_name("N")
        ->check(CLI::NonNegativeNumber);
    app.add_flag(
        "--no-sensors", arguments.no_sensors,
        "Boards that can not see their slots: all count as filled, every drop is tried "
        "(with --config: as each machine's board.sensor says)");
    app.add_option("--seed", arguments.seed, "Makes the faults of a run repeatable")
        ->type_name("N");
}

void declare_the_rest(CLI::App& app, Arguments& arguments)
{
    const auto interval = CLI::Range(0.001, seconds_max);
    app.add_option(
           "--spelling", arguments.spelling, "tini, or pi for boards that put blanks into lines")
        ->type_name("NAME")
        ->check(CLI::IsMember({"tini", "pi"}))
        ->capture_default_str();
    auto* const tini2 = app.add_flag(
        "--tini2", arguments.tini2,
        "Offer the extension tini 2, in which drops have ids and the board can be asked about "
        "them");
    app.add_option(
           "--state", arguments.state,
           "Folder where each tini 2 board keeps its notes, in ID.notes; else they are forgotten")
        ->type_name("FOLDER")
        ->needs(tini2);
    app.add_flag(
        "--whole-lines", arguments.whole_lines,
        "Send each line in one piece, not in small ones as the firmware does");
    auto* const temperature =
        app.add_option("--temperature", arguments.temperature, "What is measured, in Fahrenheit")
            ->type_name("DEGREES")
            ->check(CLI::Range(-100.0, 300.0))
            ->capture_default_str();
    app.add_flag(
           "--no-temperature", arguments.no_temperature, "Send keep-alives and no temperature")
        ->excludes(temperature);
    app.add_option(
           "--sign-of-life", arguments.sign_of_life, "Seconds between temperatures, or keep-alives")
        ->type_name("SECONDS")
        ->check(interval)
        ->capture_default_str();
    app.add_option("--reconnect", arguments.reconnect, "Seconds from a broken link to the next try")
        ->type_name("SECONDS")
        ->check(interval)
        ->capture_default_str();
    app.add_flag("--quiet", arguments.quiet, "Show refused logins and the summary only");
    app.add_flag("--no-color", arguments.no_color, "No colours, even on a terminal");
}

}  // namespace

std::expected<Arguments, clients::EarlyEnd> read_arguments(int argc, const char* const* argv)
{
    CLI::App app{description, "tini-sim"};
    clients::prepare(app);
    app.footer(footer);
    Arguments arguments;
    declare_server(app, arguments);
    declare_drops(app, arguments);
    declare_the_rest(app, arguments);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return std::unexpected{clients::early_end_of(app, error)};
    }
    return arguments;
}

}  // namespace tini_sim
