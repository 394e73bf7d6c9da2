#pragma once

#include "clients/tini_sim/board.hpp"
#include "clients/tini_sim/drop_notes_file.hpp"
#include "clients/tini_sim/live_view.hpp"
#include "clients/tini_sim/server_location.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tini_sim {

/// What all links of a run have in common.
struct LinkSettings {
    ServerLocation server;
    std::chrono::milliseconds reconnect{5'000};
    std::chrono::milliseconds sign_of_life{60'000};
    bool whole_lines = false;  ///< One write per line instead of the firmware's small ones.
};

/// The socket and the clock of one board: connects, carries out the steps of the brain, and comes
/// back for ever when the link breaks. `settings` and `view` must outlive it, and it must outlive
/// the last run of the io_context, which one thread runs.
class BoardLink {
public:
    /// Without a file the board forgets its notes when the program ends.
    BoardLink(
        boost::asio::io_context& io, Board board, const LinkSettings& settings, LiveView& view,
        std::optional<DropNotesFile> notes_file = {});

    boost::asio::awaitable<void> run();

    const Board& board() const { return board_; }

private:
    boost::asio::awaitable<std::expected<void, std::string>> connect();
    boost::asio::awaitable<void> converse();
    boost::asio::awaitable<void> carry_out(std::span<const Step> steps);
    void give_up_without_login();
    void keep_giving_signs_of_life();
    void send(std::string_view line);
    void hang_up();
    void tell(const Step& step);
    void tell_trouble(std::string_view trouble);

    Board board_;
    const LinkSettings& settings_;
    LiveView& view_;
    std::optional<DropNotesFile> notes_file_;
    boost::asio::ip::tcp::socket socket_;
    boost::asio::steady_timer timer_;
    boost::asio::steady_timer login_timer_;
    boost::asio::steady_timer sign_of_life_timer_;
    // What was told since the last login, so that a trouble that stays is told once.
    std::string last_trouble_;
    std::string last_alarm_;
};

}  // namespace tini_sim
