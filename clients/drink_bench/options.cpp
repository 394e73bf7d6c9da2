#include "clients/drink_bench/options.hpp"

#include "clients/drink_bench/arguments.hpp"

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

EarlyEnd usage_mistake(std::string_view what)
{
    return {
        .exit_code = clients::usage_exit_code,
        .text = fmt::format("drink-bench: {}\nTry drink-bench --help.", what)};
}

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

// What a board says whose slots are all filled.
std::string status_line(int slots)
{
    std::string line = "7";
    for (int slot = 1; slot <= slots; ++slot) {
        fmt::format_to(std::back_inserter(line), "{}{} 1", slot == 1 ? "" : "`", slot);
    }
    return line += '\n';
}

std::expected<ServerOptions, std::string> server_of(const Arguments& arguments)
{
    ServerOptions server;
    if (arguments.server.starts_with('@')) {
        server.members = std::filesystem::path{arguments.server.substr(1)};
    } else {
        auto address = clients::parse_server_address(arguments.server, default_members_port);
        if (!address) return std::unexpected{fmt::format("--server: {}", address.error())};
        server.boards = {address->host, default_boards_port};
        server.members = std::move(*address);
    }
    if (arguments.boards_server.empty()) return server;
    auto boards = clients::parse_server_address(arguments.boards_server, default_boards_port);
    if (!boards) return std::unexpected{fmt::format("--boards-server: {}", boards.error())};
    server.boards = std::move(*boards);
    return server;
}

Login login_of(const std::string& word)
{
    if (word == "password") return Login::password;
    return word == "ibutton" ? Login::ibutton : Login::none;
}

// Why there would be nothing to measure.
std::optional<std::string> hindrance(const Arguments& arguments, const Subject& subject)
{
    const auto& workload = subject.workload;
    if (subject.members + subject.boards == 0) return "there is nobody to play";
    if (subject.members == 0 && workload != "idle" && workload != "connects") {
        return fmt::format("without members there are no {}", workload);
    }
    if (arguments.login == "none" && (workload == "drops" || workload == "logins")) {
        return fmt::format("without a login there are no {}", workload);
    }
    return std::nullopt;
}

std::vector<std::string> requests_of(const Arguments& arguments)
{
    std::vector<std::string> requests;
    if (arguments.workload == "stat") requests.emplace_back("STAT\n");
    if (arguments.workload != "drops") return requests;
    for (int slot = 1; slot <= arguments.slots; ++slot) {
        requests.push_back(fmt::format("DROP {}\n", slot));
    }
    return requests;
}

MemberPlan member_plan(const Arguments& arguments, const Subject& subject, Interval think_time)
{
    MemberPlan plan;
    plan.login = login_of(arguments.login);
    plan.name = arguments.member;
    plan.password = arguments.password;
    plan.machine = arguments.machine;
    plan.machines = arguments.machines.value_or(std::max<std::size_t>(subject.boards, 1));
    if (arguments.workload == "logins") plan.set_up_to = Stage::nowhere;
    if (arguments.workload == "connects") plan.set_up_to = Stage::greeted;
    if (arguments.workload == "idle") plan.set_up_to = Stage::logged_in;
    plan.requests = requests_of(arguments);
    plan.think_time = think_time;
    return plan;
}

BoardPlan board_plan(const Arguments& arguments, Interval answer_time)
{
    BoardPlan plan;
    plan.password = arguments.board_password;
    plan.answer_time = answer_time;
    plan.nack_rate = arguments.nack_rate;
    plan.tini2 = arguments.tini2;
    if (arguments.status) plan.status = status_line(arguments.slots);
    return plan;
}

LoadPlan load_plan(const Arguments& arguments, const Subject& subject)
{
    const auto connections = subject.members + subject.boards;
    LoadPlan plan;
    if (arguments.workload == "idle") plan.course = Course::idle;
    if (arguments.workload == "connects") plan.course = Course::storm;
    plan.rate = arguments.rate;
    plan.warm_up = from_seconds(arguments.warm_up);
    plan.duration = from_seconds(arguments.duration);
    plan.sources = arguments.sources.value_or((connections - 1) / connections_per_source_max + 1);
    plan.pid = arguments.pid;
    return plan;
}

std::expected<LoadCommand, std::string> load_command(const Arguments& arguments)
{
    auto server = server_of(arguments);
    if (!server) return std::unexpected{std::move(server.error())};
    const auto think_time = parse_interval(arguments.think_time);
    if (!think_time) return std::unexpected{fmt::format("--think-time: {}", think_time.error())};
    const auto answer_time = parse_interval(arguments.answer_time);
    if (!answer_time) return std::unexpected{fmt::format("--answer-time: {}", answer_time.error())};
    Subject subject{
        .workload = arguments.workload,
        .members = arguments.members,
        .boards = arguments.boards.value_or(arguments.workload == "drops" ? 16 : 0),
        .rate = arguments.rate};
    if (auto why = hindrance(arguments, subject)) return std::unexpected{std::move(*why)};
    return LoadCommand{
        .server = std::move(*server),
        .subject = subject,
        .load = load_plan(arguments, subject),
        .member = member_plan(arguments, subject, *think_time),
        .board = board_plan(arguments, *answer_time),
        .seed = arguments.seed,
        .json = arguments.json,
        .quiet = arguments.quiet};
}

}  // namespace

std::expected<Options, EarlyEnd> read_options(int argc, const char* const* argv)
{
    const auto arguments = read_arguments(argc, argv);
    if (!arguments) return std::unexpected{arguments.error()};
    Options options{.command = {}, .core = arguments->core};
    if (arguments->workload == "relay") {
        options.command = RelayCommand{
            .address = arguments->address,
            .members_port = arguments->members_port,
            .boards_port = arguments->boards_port,
            .ready_file = arguments->ready_file};
        return options;
    }
    auto command = load_command(*arguments);
    if (!command) return std::unexpected{usage_mistake(command.error())};
    options.command = std::move(*command);
    return options;
}

}  // namespace drink_bench
