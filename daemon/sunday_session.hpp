#pragma once

#include "daemon/connections.hpp"
#include "daemon/house.hpp"
#include "daemon/sunday_verbs.hpp"
#include "protocol/line_framer.hpp"

#include <optional>
#include <string_view>

namespace drinkd {

/// One member's connection: bytes in, whole lines to SundayVerbs, whole replies out, each in one
/// write. One coroutine on the socket's strand: while a command runs nothing is read, so the
/// kernel's buffer bounds what a client can send ahead, and while a reply is unwritten no further
/// command is run, so one reply bounds what is kept for a client that does not read.
class SundaySession final : public Connection {
public:
    SundaySession(
        House& house, const config::SundayListener& listener, std::int64_t id, Socket socket,
        Connections::Place place);

    Task<> run() override;

private:
    enum class End { quit, hung_up, idle, too_slow, line_too_long, stopped };
    static std::string_view describe(End end);

    Task<End> serve();
    Task<std::optional<End>> answer_lines();
    Task<std::optional<End>> answer(std::string_view line);
    /// Waits once, and takes the bytes that came if any; gives the reason to end if there is one.
    Task<std::optional<End>> read();
    /// Writes what goes out without waiting, and gives the rest.
    std::string_view write_now(std::string_view reply);
    Task<std::optional<End>> write(std::string_view reply);
    /// False when it ends early: the client has gone, or the daemon stops.
    Task<bool> pass_delay(Clock::duration delay);

    /// An old client's command, complete but for the line end that such clients never send.
    bool unterminated_command() const;
    void cancel_wait_after(std::chrono::milliseconds time);
    void begin_idle_time();
    void on_deadline() override;
    void on_stop() override;

    House& house_;
    Socket socket_;
    Connections::Place place_;
    Timer timer_;
    protocol::LineFramer framer_;
    SundayVerbs verbs_;
    bool saw_line_end_ = false;
    bool at_end_of_file_ = false;
    bool waiting_ = false;  // For bytes, or for room to write some.
    bool late_ = false;
    bool stopping_ = false;
    bool pause_over_ = false;  // The wait of an unterminated command.
    bool in_delay_ = false;
    bool taken_back_ = false;
    unsigned timer_round_ = 0;
};

}  // namespace drinkd
