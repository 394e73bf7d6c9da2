#include "clients/tini_sim/board_link.hpp"

#include "protocol/line_framer.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <array>
#include <utility>

namespace tini_sim {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using clients::Colour;

constexpr auto use_tuple = asio::as_tuple(asio::use_awaitable);

// No line of a server is longer than a few bytes; this much is kept of one that is.
constexpr std::size_t line_bytes_max = 256;

// A server that does not even refuse is given up sooner than the kernel would, and so is one that
// leaves a login without an answer.
constexpr std::chrono::seconds connect_patience{10};
constexpr std::chrono::seconds login_patience{10};

}  // namespace

BoardLink::BoardLink(
    asio::io_context& io, Board board, const LinkSettings& settings, LiveView& view,
    std::optional<DropNotesFile> notes_file)
    : board_{std::move(board)},
      settings_{settings},
      view_{view},
      notes_file_{std::move(notes_file)},
      socket_{io},
      timer_{io},
      login_timer_{io},
      sign_of_life_timer_{io}
{
}

asio::awaitable<void> BoardLink::run()
{
    for (;;) {
        const auto connection = co_await connect();
        if (connection) {
            co_await converse();
        } else {
            tell_trouble(connection.error());
        }
        timer_.expires_after(settings_.reconnect);
        co_await timer_.async_wait(use_tuple);
    }
}

asio::awaitable<std::expected<void, std::string>> BoardLink::connect()
{
    const auto address = locate(settings_.server);
    if (!address) co_return std::unexpected{address.error()};

    tcp::resolver resolver{socket_.get_executor()};
    const auto port = std::to_string(address->port);
    const auto [resolve_error, endpoints] =
        co_await resolver.async_resolve(address->host, port, use_tuple);
    if (resolve_error) {
        co_return std::unexpected{
            fmt::format("cannot find {}: {}", address->host, resolve_error.message())};
    }

    timer_.expires_after(connect_patience);
    timer_.async_wait([this](error_code cancelled) {
        if (!cancelled) hang_up();
    });
    const auto [connect_error, endpoint] =
        co_await asio::async_connect(socket_, endpoints, use_tuple);
    timer_.cancel();
    if (connect_error) {
        const bool gave_up = connect_error == asio::error::operation_aborted;
        hang_up();
        co_return std::unexpected{fmt::format(
            "cannot connect to {}: {}", clients::format_server_address(*address),
            gave_up ? "no answer" : connect_error.message())};
    }

    error_code ignored;
    socket_.set_option(tcp::no_delay{true}, ignored);
    socket_.non_blocking(true, ignored);
    co_return std::expected<void, std::string>{};
}

asio::awaitable<void> BoardLink::converse()
{
    co_await carry_out(board_.connected());
    give_up_without_login();
    protocol::LineFramer framer{line_bytes_max};
    std::array<char, 64> chunk{};
    while (socket_.is_open() && !framer.overflowed()) {
        const auto [error, size] = co_await socket_.async_read_some(asio::buffer(chunk), use_tuple);
        if (error) break;
        framer.feed({chunk.data(), size});
        while (socket_.is_open()) {
            const auto line = framer.next_line();
            if (!line) break;
            const bool was_logged_in = board_.logged_in();
            const auto steps = board_.heard(*line);
            co_await carry_out(steps);
            if (!was_logged_in && board_.logged_in()) {
                login_timer_.cancel();
                last_trouble_.clear();
                last_alarm_.clear();
                keep_giving_signs_of_life();
            }
        }
    }
    login_timer_.cancel();
    sign_of_life_timer_.cancel();
    const bool server_hung_up = socket_.is_open();
    hang_up();
    if (server_hung_up) tell_trouble("the server closed the link");
}

asio::awaitable<void> BoardLink::carry_out(std::span<const Step> steps)
{
    for (const auto& step : steps) {
        if (step.after > step.after.zero()) {
            timer_.expires_after(step.after);
            co_await timer_.async_wait(use_tuple);
        }
        if (step.notes && notes_file_) notes_file_->write(*step.notes);
        tell(step);
        send(step.bytes);
        if (step.hangs_up) hang_up();
    }
}

void BoardLink::give_up_without_login()
{
    login_timer_.expires_after(login_patience);
    login_timer_.async_wait([this](error_code cancelled) {
        if (cancelled || board_.logged_in()) return;
        board_.login_unanswered();
        hang_up();
        tell_trouble("the server did not answer the login");
    });
}

void BoardLink::keep_giving_signs_of_life()
{
    sign_of_life_timer_.expires_after(settings_.sign_of_life);
    sign_of_life_timer_.async_wait([this](error_code cancelled) {
        if (cancelled || !socket_.is_open()) return;
        const auto sign = board_.sign_of_life();
        tell(sign);
        send(sign.bytes);
        keep_giving_signs_of_life();
    });
}

// Writes without waiting: a board says so little that the system's buffer always has room, unless
// the server stopped reading, and then the link is as good as lost. So a sign of life can go out in
// the middle of a drop, and can not land inside another line.
void BoardLink::send(std::string_view line)
{
    if (line.empty() || !socket_.is_open()) return;
    const auto write = [this](std::string_view piece) {
        error_code error;
        const auto size = socket_.write_some(asio::buffer(piece), error);
        if (!error && size == piece.size()) return true;
        hang_up();
        tell_trouble(fmt::format("the link is lost: {}", error.message()));
        return false;
    };
    if (settings_.whole_lines) {
        write(line);
        return;
    }
    for (const auto piece : small_writes(line)) {
        if (!write(piece)) return;
    }
}

void BoardLink::hang_up()
{
    error_code ignored;
    socket_.close(ignored);
}

void BoardLink::tell(const Step& step)
{
    if (step.note.empty()) return;
    // A refused login comes again with every attempt.
    if (step.alarm) {
        if (step.note == last_alarm_) return;
        last_alarm_ = step.note;
    }
    view_.tell(board_.machine(), step.note, step.colour, step.alarm);
}

void BoardLink::tell_trouble(std::string_view trouble)
{
    const auto seconds = std::chrono::duration<double>{settings_.reconnect}.count();
    const auto note = fmt::format("{}; trying every {:g} s", trouble, seconds);
    if (note == last_trouble_) return;
    last_trouble_ = note;
    view_.tell(board_.machine(), note, Colour::bad, false);
}

}  // namespace tini_sim
