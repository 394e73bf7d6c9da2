#include "clients/common/terminal.hpp"
#include "clients/tini_sim/board_link.hpp"
#include "clients/tini_sim/live_view.hpp"
#include "clients/tini_sim/options.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/signal_set.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <deque>
#include <exception>
#include <filesystem>
#include <optional>
#include <sys/resource.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace {

namespace asio = boost::asio;

// Every board is a connection; the usual soft limit of descriptors is 1,024.
void raise_descriptor_limit()
{
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

tini_sim::LiveView::Style style_of(const tini_sim::Options& options)
{
    tini_sim::LiveView::Style style{
        .quiet = options.quiet, .colour = !options.no_color && clients::may_colour(STDOUT_FILENO)};
    for (const auto& cabinet : options.cabinets) {
        style.machine_columns = std::max(style.machine_columns, cabinet.machine.size());
    }
    return style;
}

std::optional<tini_sim::DropNotesFile> notes_file(
    const tini_sim::Options& options, const tini_sim::Cabinet& cabinet)
{
    if (!options.state) return std::nullopt;
    return tini_sim::DropNotesFile{*options.state / fmt::format("{}.notes", cabinet.machine)};
}

tini_sim::DropNotes read_notes(
    const tini_sim::DropNotesFile& file, const tini_sim::Cabinet& cabinet, tini_sim::LiveView& view)
{
    if (auto notes = file.read()) return std::move(*notes);
    const auto damaged = fmt::format(
        "{} is damaged: the board has lost its notes and knows nothing of its drops",
        file.path().string());
    view.tell(cabinet.machine, damaged, clients::Colour::bad, true);
    return {};
}

void run(const tini_sim::Options& options)
{
    if (options.state) std::filesystem::create_directories(*options.state);
    tini_sim::LiveView view{stdout, style_of(options)};
    asio::io_context io{1};
    std::deque<tini_sim::BoardLink> links;
    for (const auto& cabinet : options.cabinets) {
        auto file = notes_file(options, cabinet);
        auto notes = file ? read_notes(*file, cabinet, view) : tini_sim::DropNotes{};
        auto& link = links.emplace_back(
            io, tini_sim::Board{cabinet, options.behaviour, std::move(notes)}, options.link, view,
            std::move(file));
        asio::co_spawn(io, link.run(), [](const std::exception_ptr& fault) {
            if (fault) std::rethrow_exception(fault);
        });
    }
    fmt::print(
        "{} {} for {}, seed {}\n", links.size(), links.size() == 1 ? "board" : "boards",
        tini_sim::format_server_location(options.link.server), options.behaviour.seed);
    std::fflush(stdout);

    asio::signal_set signals{io, SIGINT, SIGTERM};
    signals.async_wait([&io](boost::system::error_code, int) { io.stop(); });
    io.run();

    std::vector<tini_sim::MachineTally> machines;
    machines.reserve(links.size());
    for (const auto& link : links) {
        machines.push_back({link.board().machine(), link.board().tally()});
    }
    fmt::print("\n{}", tini_sim::format_summary(machines));
    // While a second signal is still caught: it may come on the heels of the first.
    std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv)
{
    const auto options = tini_sim::read_options(argc, argv);
    if (!options) return clients::print(options.error());
    raise_descriptor_limit();
    try {
        run(*options);
    } catch (const std::exception& fault) {
        fmt::print(stderr, "tini-sim: {}\n", fault.what());
        return 1;
    }
    return 0;
}
