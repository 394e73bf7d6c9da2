#include "daemon/sunday_session.hpp"

#include "daemon/log.hpp"
#include "daemon/receive.hpp"
#include "protocol/sunday_command.hpp"

#include <boost/asio/write.hpp>

namespace drinkd {
namespace {

using namespace std::chrono_literals;

// How long a client may take to read a reply.
constexpr auto write_limit = 30s;
// How long an old client must be silent before its unterminated command is run.
constexpr auto unterminated_pause = 200ms;

}  // namespace

SundaySession::SundaySession(
    House& house, const config::SundayListener& listener, std::int64_t id, Socket socket,
    Connections::Place place)
    : Connection{id, socket.get_executor()},
      house_{house},
      socket_{std::move(socket)},
      place_{std::move(place)},
      timer_{socket_.get_executor()},
      framer_{house.settings.limits.line_bytes},
      verbs_{house, listener.dialect, listener.machine,
             id,    place_,           [this](Clock::duration delay) { return pass_delay(delay); }}
{
}

std::string_view SundaySession::describe(End end)
{
    switch (end) {
        case End::quit:
            return "quit";
        case End::hung_up:
            return "hung up";
        case End::idle:
            return "idle for too long";
        case End::too_slow:
            return "did not read its replies";
        case End::line_too_long:
            return "sent a line that is too long";
        case End::stopped:
            return "the daemon is stopping";
    }
    return "unknown";
}

Task<> SundaySession::run()
{
    const auto end = co_await serve();
    error_code ignored;
    socket_.shutdown(Socket::shutdown_send, ignored);
    socket_.close(ignored);
    log::info(
        "connection ended", {{"session", id()},
                             {"address", drinkd::describe(place_.remote())},
                             {"reason", describe(end)}});
}

Task<SundaySession::End> SundaySession::serve()
{
    const auto banner = verbs_.banner();
    if (const auto end = co_await write(banner)) co_return *end;
    begin_idle_time();
    for (;;) {
        if (const auto end = co_await answer_lines()) co_return *end;
        if (at_end_of_file_) co_return End::hung_up;
        if (stopping_) co_return End::stopped;
        if (const auto end = co_await read()) {
            if (*end == End::idle) {
                const auto goodbye = verbs_.timed_out();
                co_await write(goodbye);
            }
            co_return *end;
        }
    }
}

Task<std::optional<SundaySession::End>> SundaySession::answer_lines()
{
    // The line stays in the framer while its command runs: nothing is fed meanwhile.
    while (const auto line = framer_.next_line()) {
        saw_line_end_ = true;
        if (const auto end = co_await answer(*line)) co_return end;
    }
    if (framer_.overflowed()) {
        const auto goodbye = verbs_.too_long();
        co_await write(goodbye);
        co_return End::line_too_long;
    }
    if ((pause_over_ || at_end_of_file_) && unterminated_command()) {
        const auto line = framer_.take_unfinished();
        if (const auto end = co_await answer(line)) co_return end;
    }
    pause_over_ = false;
    co_return std::nullopt;
}

Task<std::optional<SundaySession::End>> SundaySession::answer(std::string_view line)
{
    clear_deadline();
    const auto reply = co_await verbs_.answer(line);
    // Hardly ever is there a rest, and a coroutine for it.
    if (const auto rest = write_now(reply); !rest.empty()) {
        if (const auto end = co_await write(rest)) co_return end;
    }
    if (verbs_.quit()) co_return End::quit;
    begin_idle_time();
    co_return std::nullopt;
}

Task<std::optional<SundaySession::End>> SundaySession::read()
{
    if (unterminated_command()) cancel_wait_after(unterminated_pause);
    waiting_ = true;
    const auto [wait_error] = co_await socket_.async_wait(Socket::wait_read, use_tuple);
    waiting_ = false;
    ++timer_round_;
    if (late_) co_return End::idle;
    if (stopping_) co_return End::stopped;
    if (wait_error) co_return std::nullopt;

    const auto error = receive(socket_, framer_);
    at_end_of_file_ = error == asio::error::eof;
    if (error && !at_end_of_file_) co_return End::hung_up;
    co_return std::nullopt;
}

std::string_view SundaySession::write_now(std::string_view reply)
{
    error_code error;
    const auto sent = reply.empty() ? 0 : socket_.send(asio::buffer(reply), 0, error);
    return reply.substr(error ? 0 : sent);
}

Task<std::optional<SundaySession::End>> SundaySession::write(std::string_view reply)
{
    const auto rest = write_now(reply);
    if (rest.empty()) co_return std::nullopt;
    // Who does not read is not waited for when the daemon stops.
    if (stopping_) co_return End::stopped;
    set_deadline(write_limit);
    waiting_ = true;
    const auto [write_error, size] =
        co_await asio::async_write(socket_, asio::buffer(rest), use_tuple);
    waiting_ = false;
    clear_deadline();
    if (!write_error) co_return std::nullopt;
    if (late_) co_return End::too_slow;
    co_return stopping_ ? End::stopped : End::hung_up;
}

Task<bool> SundaySession::pass_delay(Clock::duration delay)
{
    taken_back_ = stopping_;
    if (taken_back_) co_return false;
    in_delay_ = true;
    // Nothing is read meanwhile, but a reset is an error of the socket at once. End of file is not:
    // a client that sends its last command and closes still gets its drink.
    socket_.async_wait(Socket::wait_error, [self = weak_from_this(), this](error_code error) {
        const auto alive = self.lock();
        if (!alive || error || !in_delay_) return;
        if (!was_reset(socket_)) return;
        taken_back_ = true;
        timer_.cancel();
    });
    timer_.expires_after(delay);
    co_await timer_.async_wait(use_tuple);
    in_delay_ = false;
    error_code ignored;
    socket_.cancel(ignored);
    co_return !taken_back_;
}

bool SundaySession::unterminated_command() const
{
    if (saw_line_end_) return false;
    const auto text = framer_.unfinished();
    if (text.empty() || text.contains('\r')) return false;
    const auto command = protocol::parse_sunday_command(text);
    return command && command->may_lack_line_end();
}

void SundaySession::cancel_wait_after(std::chrono::milliseconds time)
{
    timer_.expires_after(time);
    timer_.async_wait([self = weak_from_this(), this, round = timer_round_](error_code error) {
        const auto alive = self.lock();
        // The round tells a wait that ended just before the timer's turn came.
        if (!alive || error || round != timer_round_) return;
        pause_over_ = true;
        error_code ignored;
        socket_.cancel(ignored);
    });
}

// Only a whole command moves this deadline: sending a byte now and then does not keep a connection.
void SundaySession::begin_idle_time()
{
    const auto& limits = house_.settings.limits;
    const auto limit = verbs_.logged_in() ? limits.idle_logged_in : limits.idle;
    if (limit.count() > 0) set_deadline(limit);
}

void SundaySession::on_deadline()
{
    late_ = true;
    error_code ignored;
    socket_.cancel(ignored);
}

void SundaySession::on_stop()
{
    stopping_ = true;
    if (in_delay_) {
        taken_back_ = true;
        timer_.cancel();
    }
    // A command under way is finished, and its reply written if the client reads.
    error_code ignored;
    if (waiting_) socket_.cancel(ignored);
}

}  // namespace drinkd
