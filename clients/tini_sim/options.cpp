#include "clients/tini_sim/options.hpp"

#include "clients/common/ready_file.hpp"
#include "clients/tini_sim/arguments.hpp"
#include "config/settings.hpp"
#include "protocol/tini_message.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <fstream>
#include <random>
#include <string>

namespace tini_sim {
namespace {

using clients::EarlyEnd;
using std::chrono::milliseconds;

constexpr int cannot_start_exit_code = 1;
milliseconds from_seconds(double seconds) { return milliseconds{std::llround(seconds * 1'000)}; }

EarlyEnd usage_mistake(std::string_view what)
{
    return {
        .exit_code = clients::usage_exit_code,
        .text = fmt::format("tini-sim: {}\nTry tini-sim --help.", what)};
}

EarlyEnd cannot_start(std::string_view what)
{
    return {.exit_code = cannot_start_exit_code, .text = fmt::format("tini-sim: {}", what)};
}

std::expected<std::string, EarlyEnd> read_password(const Arguments& arguments)
{
    if (arguments.password_file.empty()) return arguments.password;
    std::ifstream file{arguments.password_file};
    std::string line;
    if (!std::getline(file, line)) {
        return std::unexpected{
            cannot_start(fmt::format("cannot read a line of {}", arguments.password_file))};
    }
    return line;
}

std::expected<Cabinet, EarlyEnd> described_cabinet(const Arguments& arguments)
{
    if (arguments.machines.size() != 1) {
        return std::unexpected{usage_mistake(
            arguments.machines.empty() ? "give --config FILE, or --machine ID and its --password"
                                       : "several machines need --config")};
    }
    auto password = read_password(arguments);
    if (!password) return std::unexpected{password.error()};
    if (password->empty()) {
        return std::unexpected{usage_mistake("--machine needs --password or --password-file")};
    }
    Cabinet cabinet{
        .machine = arguments.machines.front(),
        .password = std::move(*password),
        .sensors = !arguments.no_sensors};
    for (int number = 1; number <= arguments.slots; ++number) {
        cabinet.slots.push_back({.number = static_cast<SlotNumber>(number)});
    }
    return cabinet;
}

Cabinet cabinet_of(const config::Machine& machine)
{
    Cabinet cabinet{
        .machine = machine.id, .password = machine.board.password, .sensors = machine.board.sensor};
    for (const auto& slot : machine.slots) {
        cabinet.slots.push_back({.number = slot.number, .cans = slot.count});
    }
    return cabinet;
}

std::expected<std::vector<Cabinet>, EarlyEnd> configured_cabinets(
    const Arguments& arguments, const config::Settings& settings)
{
    std::vector<Cabinet> cabinets;
    for (const auto& name : arguments.machines) {
        const auto index = settings.find_machine(name);
        if (!index) {
            return std::unexpected{
                usage_mistake(fmt::format("{} has no machine '{}'", arguments.config, name))};
        }
        cabinets.push_back(cabinet_of(settings.machines[*index]));
    }
    if (!arguments.machines.empty()) return cabinets;
    for (const auto& machine : settings.machines) cabinets.push_back(cabinet_of(machine));
    if (cabinets.empty()) {
        return std::unexpected{cannot_start(arguments.config + " has no machines")};
    }
    return cabinets;
}

std::expected<config::Settings, EarlyEnd> read_settings(const std::string& file)
{
    auto settings = config::load_settings(file);
    if (settings) return std::move(*settings);
    std::string text = file + " can not be used:";
    for (const auto& mistake : settings.error()) {
        text += fmt::format("\n  {}: {}", mistake.path, mistake.text);
    }
    return std::unexpected{cannot_start(text)};
}

std::expected<ServerLocation, EarlyEnd> server_of(
    const Arguments& arguments, const config::Listen& listen)
{
    if (!arguments.server.empty()) {
        auto location = parse_server_location(arguments.server);
        if (location) return std::move(*location);
        return std::unexpected{usage_mistake("--server: " + location.error())};
    }
    if (arguments.config.empty()) return clients::ServerAddress{"localhost", default_boards_port};
    if (listen.boards.empty() || listen.boards.front().port == 0) {
        return std::unexpected{usage_mistake(fmt::format(
            "{} gives no fixed port for boards; say --server HOST:PORT or --server @READY-FILE",
            arguments.config))};
    }
    const auto& endpoint = listen.boards.front();
    return clients::ServerAddress{clients::connectable_host(endpoint.address), endpoint.port};
}

std::expected<Options, EarlyEnd> options_of(const Arguments& arguments)
{
    const auto& faults = arguments.faults;
    if (faults.nack + faults.silence + faults.late + faults.disconnect + faults.power_loss > 1) {
        return std::unexpected{usage_mistake("the five rates together are more than 1")};
    }
    const auto nack_reason = arguments.nack_reason.empty()
                                 ? std::optional{protocol::Refusal::board_refused}
                                 : protocol::tini::find_reason(arguments.nack_reason);
    if (!nack_reason) {
        return std::unexpected{
            usage_mistake(fmt::format("--nack-reason: no reason '{}'", arguments.nack_reason))};
    }

    Options options;
    config::Listen listen;
    if (arguments.config.empty()) {
        auto cabinet = described_cabinet(arguments);
        if (!cabinet) return std::unexpected{std::move(cabinet.error())};
        options.cabinets.push_back(std::move(*cabinet));
    } else {
        auto settings = read_settings(arguments.config);
        if (!settings) return std::unexpected{std::move(settings.error())};
        auto cabinets = configured_cabinets(arguments, *settings);
        if (!cabinets) return std::unexpected{std::move(cabinets.error())};
        options.cabinets = std::move(*cabinets);
        listen = std::move(settings->listen);
    }
    auto server = server_of(arguments, listen);
    if (!server) return std::unexpected{std::move(server.error())};

    for (auto& cabinet : options.cabinets) {
        if (arguments.no_sensors) cabinet.sensors = false;
        for (auto& slot : cabinet.slots) {
            if (arguments.stock) slot.cans = arguments.stock;
            slot.looks_empty = std::ranges::count(arguments.empty, int{slot.number}) > 0;
        }
    }
    options.link = {
        .server = std::move(*server),
        .reconnect = from_seconds(arguments.reconnect),
        .sign_of_life = from_seconds(arguments.sign_of_life),
        .whole_lines = arguments.whole_lines};
    options.behaviour = {
        .spelling = arguments.spelling == "pi" ? Spelling::pi : Spelling::tini,
        .drop_time = from_seconds(arguments.drop_time),
        .faults = faults,
        .tini2 = arguments.tini2,
        .nack_reason = *nack_reason,
        .seed = arguments.seed ? *arguments.seed : std::random_device{}()};
    options.behaviour.faults.late_by = from_seconds(arguments.late_by);
    if (arguments.no_temperature) {
        options.behaviour.temperature.reset();
    } else {
        options.behaviour.temperature = arguments.temperature;
    }
    if (!arguments.state.empty()) options.state = arguments.state;
    options.quiet = arguments.quiet;
    options.no_color = arguments.no_color;
    return options;
}

}  // namespace

std::expected<Options, EarlyEnd> read_options(int argc, const char* const* argv)
{
    const auto arguments = read_arguments(argc, argv);
    if (!arguments) return std::unexpected{arguments.error()};
    return options_of(*arguments);
}

}  // namespace tini_sim
