#include "clients/drink_bench/commands.hpp"

#include "clients/common/ready_file.hpp"
#include "clients/drink_bench/relay.hpp"
#include "clients/drink_bench/stop_signals.hpp"
#include "clients/drink_bench/this_process.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <unistd.h>
#include <utility>

namespace drink_bench {
namespace {

// What cannot be measured is 1, by main.
constexpr int measured = 0;
constexpr int measured_with_losses = 3;

template <class Value>
Value take(std::expected<Value, std::string> expected)
{
    if (!expected) throw std::runtime_error{expected.error()};
    if constexpr (!std::is_void_v<Value>) return std::move(*expected);
}

SocketAddress find(const char* whom, const clients::ServerAddress& server)
{
    auto address = find_listener(server);
    if (!address) {
        address.error() = fmt::format("nobody listens for {} at {}", whom, address.error());
    }
    return take(std::move(address));
}

SocketAddress find_members(const ServerOptions& server)
{
    if (const auto* file = std::get_if<std::filesystem::path>(&server.members)) {
        return find("members", take(clients::read_ready_listener(*file, "sunday")));
    }
    return find("members", std::get<clients::ServerAddress>(server.members));
}

SocketAddress find_boards(const ServerOptions& server)
{
    if (server.boards) return find("boards", *server.boards);
    const auto& file = std::get<std::filesystem::path>(server.members);
    return find("boards", take(clients::read_ready_listener(file, "boards")));
}

// Shows one line again and again, while the results go to stdout.
Load::Progress progress_on_terminal(bool quiet)
{
    if (quiet || ::isatty(STDERR_FILENO) != 1) return {};
    return [start = Clock::now()](std::string_view at, const Outcome& so_far) {
        fmt::print(stderr, "\r\033[K{}", format_progress(at, Clock::now() - start, so_far));
        std::fflush(stderr);
    };
}

int run(LoadCommand command)
{
    const auto& subject = command.subject;
    take(allow_connections(subject.members + subject.boards));
    if (subject.members > 0) command.member.server = find_members(command.server);
    if (subject.boards > 0) command.board.server = find_boards(command.server);

    EventLoop loop;
    const StopSignals signals{loop};
    Dice dice{command.seed};
    const auto progress = progress_on_terminal(command.quiet);
    Load load{loop, command.load, signals.count(), progress};
    for (std::size_t number = 0; number < subject.boards; ++number) {
        load.add(std::make_unique<Board>(loop, command.board, load, dice, number));
    }
    for (std::size_t number = 0; number < subject.members; ++number) {
        load.add_requester(std::make_unique<Member>(loop, command.member, load, dice, number));
    }
    const auto outcome = load.run();
    if (progress) fmt::print(stderr, "\r\033[K");
    if (!outcome) throw std::runtime_error{outcome.error()};
    fmt::print(
        "{}", command.json ? format_json(subject, *outcome) : format_table(subject, *outcome));
    const bool losses = outcome->gone > 0 || outcome->never_answered > 0;
    return losses ? measured_with_losses : measured;
}

// In one step, and in the shape of what drinkd writes.
void write_ready_file(const std::filesystem::path& path, const RelayCommand& command, Relay& relay)
{
    const auto listener = [&](std::uint16_t port) {
        return nlohmann::json::array({{{"address", command.address}, {"port", port}}});
    };
    const nlohmann::json ready{
        {"sunday", listener(relay.members_port())}, {"boards", listener(relay.boards_port())}};
    auto temporary = path;
    temporary += ".new";
    std::ofstream{temporary} << ready.dump() << '\n';
    std::filesystem::rename(temporary, path);
}

int run(const RelayCommand& command)
{
    take(allow_connections(0));
    EventLoop loop;
    const StopSignals signals{loop};
    Relay relay{
        loop, take(address_to_listen_at(command.address, command.members_port)),
        take(address_to_listen_at(command.address, command.boards_port))};
    fmt::print(
        "members at port {}, boards at port {}, until Ctrl-C\n", relay.members_port(),
        relay.boards_port());
    std::fflush(stdout);
    if (!command.ready_file.empty()) write_ready_file(command.ready_file, command, relay);
    relay.run(signals.count());
    return measured;
}

}  // namespace

int run(const Options& options)
{
    if (options.core) take(pin_to(*options.core));
    return std::visit([](const auto& command) { return run(command); }, options.command);
}

}  // namespace drink_bench
