#pragma once

#include "clients/drink_bench/connection.hpp"
#include "clients/drink_bench/peers.hpp"
#include "clients/drink_bench/schedule.hpp"
#include "protocol/words.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace drink_bench {

/// What all boards of a run do alike.
struct BoardPlan {
    SocketAddress server;
    std::string password = "bench-#";
    Interval answer_time;
    double nack_rate = 0;
    bool tini2 = false;
    std::string status;  ///< What it sends behind its login and each answer: a line, or nothing.
};

/// A board that speaks tini, or tini 2: it answers what it is asked to drop.
class Board final : public Peer, private LineConnection, private Timed {
public:
    /// All but the number must outlive it.
    Board(
        EventLoop& loop, const BoardPlan& plan, PeerEvents& events, Dice& dice, std::size_t number);

    void set_up(std::size_t source) override;

private:
    struct Drop {
        std::optional<protocol::DropId> id;
    };

    void on_connected() override;
    void on_line(std::string_view line) override;
    void on_lost(std::string_view why) override;
    void on_time(Time now) override;

    void send_state();
    void take_drop(Drop drop);
    void answer(Drop drop);
    void gone(std::string_view why);

    const BoardPlan& plan_;
    PeerEvents& events_;
    Dice& dice_;
    std::size_t number_;
    Time since_{};
    std::optional<Drop> drop_;  ///< What it is at, where that takes time.
};

}  // namespace drink_bench
