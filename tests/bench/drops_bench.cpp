// Plays members and boards against a running drinkd, as fast as it answers, or opens connections
// that say nothing. tests/bench/run starts everything around it.
#include "protocol/line_framer.hpp"
#include "protocol/sunday_reply.hpp"
#include "protocol/tini_message.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <fstream>
#include <iostream>
#include <memory>
#include <unistd.h>
#include <vector>

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Clock = std::chrono::steady_clock;

constexpr auto use_tuple = asio::as_tuple(asio::use_awaitable);

struct Options {
    std::string ready_file;
    std::size_t members = 64;
    std::size_t boards = 16;
    std::size_t idle = 0;
    int seconds = 5;
    int pid = 0;
};

// A connection that gives one line at a time.
class Lines {
public:
    explicit Lines(tcp::socket socket) : socket_{std::move(socket)} {}

    tcp::socket& socket() { return socket_; }

    asio::awaitable<std::string> next()
    {
        for (;;) {
            if (const auto line = framer_.next_line()) co_return std::string{*line};
            std::array<char, 4096> bytes;
            const auto [error, size] =
                co_await socket_.async_read_some(asio::buffer(bytes), use_tuple);
            if (error) throw std::runtime_error{"the server hung up: " + error.message()};
            framer_.feed({bytes.data(), size});
        }
    }

    asio::awaitable<void> send(std::string line)
    {
        co_await asio::async_write(socket_, asio::buffer(line), asio::use_awaitable);
    }

private:
    tcp::socket socket_;
    protocol::LineFramer framer_{65'536};
};

tcp::socket connect(asio::io_context& io, const nlohmann::json& listener)
{
    tcp::socket socket{io};
    auto address = asio::ip::make_address(listener.at("address").get<std::string>());
    if (address.is_unspecified()) address = asio::ip::make_address("127.0.0.1");
    socket.connect({address, listener.at("port").get<std::uint16_t>()});
    socket.set_option(tcp::no_delay{true});
    return socket;
}

struct Tally {
    std::uint64_t drops = 0;
    std::uint64_t refusals = 0;
    std::vector<float> latencies_us;
    bool running = false;
};

asio::awaitable<void> play_board(std::shared_ptr<Lines> board, std::size_t number)
{
    co_await board->send("0bench-" + std::to_string(number) + "\n");
    for (;;) {
        const auto line = co_await board->next();
        const auto message = protocol::tini::parse_server_message(line);
        if (std::holds_alternative<protocol::tini::DropRequest>(message))
            co_await board->send("4\n");
    }
}

asio::awaitable<void> play_member(
    std::shared_ptr<Lines> member, std::size_t number, std::size_t boards, Tally& tally,
    std::size_t& logged_in)
{
    const auto name = "member" + std::to_string(number);
    co_await member->next();
    co_await member->send("USER " + name + "\n");
    co_await member->next();
    co_await member->send("PASS bench\n");
    const auto reply = co_await member->next();
    if (!reply.starts_with("OK")) throw std::runtime_error{name + " cannot log in: " + reply};
    co_await member->send("MACHINE m" + std::to_string(number % boards) + "\n");
    co_await member->next();
    ++logged_in;
    asio::steady_timer wait{co_await asio::this_coro::executor};
    while (!tally.running) {
        wait.expires_after(std::chrono::milliseconds{5});
        co_await wait.async_wait(asio::use_awaitable);
    }
    while (tally.running) {
        const auto start = Clock::now();
        co_await member->send("DROP 1\n");
        const auto answer = co_await member->next();
        if (answer.starts_with("OK")) {
            ++tally.drops;
            const std::chrono::duration<float, std::micro> took = Clock::now() - start;
            tally.latencies_us.push_back(took.count());
        } else {
            ++tally.refusals;
        }
    }
}

// The processor time that a process has used, in seconds.
double cpu_seconds(int pid)
{
    std::ifstream stat{"/proc/" + std::to_string(pid) + "/stat"};
    std::string text{std::istreambuf_iterator<char>{stat}, {}};
    // The fields behind the name, which is in parentheses: 14 and 15 are user and system time.
    std::istringstream fields{text.substr(text.rfind(')') + 2)};
    std::vector<std::string> values{std::istream_iterator<std::string>{fields}, {}};
    const auto ticks = std::stod(values.at(11)) + std::stod(values.at(12));
    return ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

std::int64_t resident_kib(int pid)
{
    std::ifstream status{"/proc/" + std::to_string(pid) + "/status"};
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("VmRSS:")) return std::stoll(line.substr(6));
    }
    return 0;
}

void report_failure(const std::exception_ptr& failure)
{
    if (failure) std::rethrow_exception(failure);
}

float percentile(const std::vector<float>& sorted, double share)
{
    if (sorted.empty()) return 0;
    const auto last = static_cast<double>(sorted.size() - 1);
    return sorted[static_cast<std::size_t>(last * share)];
}

int measure_drops(const Options& options, const nlohmann::json& listen)
{
    asio::io_context io{1};
    Tally tally;
    std::size_t logged_in = 0;
    for (std::size_t number = 0; number < options.boards; ++number) {
        auto board = std::make_shared<Lines>(connect(io, listen.at("boards").at(0)));
        asio::co_spawn(io, play_board(std::move(board), number), report_failure);
    }
    for (std::size_t number = 0; number < options.members; ++number) {
        auto member = std::make_shared<Lines>(connect(io, listen.at("sunday").at(0)));
        asio::co_spawn(
            io, play_member(std::move(member), number, options.boards, tally, logged_in),
            report_failure);
    }
    while (logged_in < options.members) io.run_one();
    const auto cpu_before = cpu_seconds(options.pid);
    const auto own_before = cpu_seconds(::getpid());
    const auto start = Clock::now();
    tally.running = true;
    io.run_until(start + std::chrono::seconds{options.seconds});
    const std::chrono::duration<double> took = Clock::now() - start;
    const auto cpu = cpu_seconds(options.pid) - cpu_before;
    const auto own = cpu_seconds(::getpid()) - own_before;

    auto& latencies = tally.latencies_us;
    std::ranges::sort(latencies);
    const auto drops = static_cast<double>(tally.drops);
    std::cout << "drops " << tally.drops << "  refusals " << tally.refusals << "  per second "
              << static_cast<std::int64_t>(drops / took.count()) << "  server CPU per drop "
              << cpu / drops * 1e6 << " us  generator CPU per drop " << own / drops * 1e6
              << " us  p50 " << percentile(latencies, 0.5) << " us  p99 "
              << percentile(latencies, 0.99) << " us\n";
    return EXIT_SUCCESS;
}

int measure_idle(const Options& options, const nlohmann::json& listen)
{
    asio::io_context io{1};
    std::vector<tcp::socket> connections;
    const auto before = resident_kib(options.pid);
    for (std::size_t number = 0; number < options.idle; ++number) {
        connections.push_back(connect(io, listen.at("sunday").at(0)));
        std::array<char, 256> banner;
        connections.back().read_some(asio::buffer(banner));
    }
    const auto after = resident_kib(options.pid);
    std::cout << "connections " << options.idle << "  server memory " << before << " KiB before, "
              << after << " KiB after, "
              << static_cast<double>(after - before) * 1024 / static_cast<double>(options.idle)
              << " bytes each\n";
    return EXIT_SUCCESS;
}

}  // namespace

int main(int argc, char** argv)
{
    Options options;
    CLI::App app{"Plays members and boards against a running drinkd and measures it."};
    app.add_option("--ready-file", options.ready_file, "where the server listens")->required();
    app.add_option("--pid", options.pid, "the server's process")->required();
    app.add_option("--members", options.members);
    app.add_option("--boards", options.boards);
    app.add_option("--seconds", options.seconds);
    app.add_option("--idle", options.idle, "open that many connections instead");
    CLI11_PARSE(app, argc, argv);
    std::ifstream file{options.ready_file};
    const auto listen = nlohmann::json::parse(file);
    return options.idle > 0 ? measure_idle(options, listen) : measure_drops(options, listen);
}
