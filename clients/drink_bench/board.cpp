#include "clients/drink_bench/board.hpp"

#include "clients/drink_bench/numbered.hpp"
#include "protocol/tini_message.hpp"

#include <fmt/format.h>

#include <random>
#include <utility>

namespace drink_bench {

namespace tini = protocol::tini;

Board::Board(
    EventLoop& loop, const BoardPlan& plan, PeerEvents& events, Dice& dice, std::size_t number)
    : LineConnection{loop}, plan_{plan}, events_{events}, dice_{dice}, number_{number}
{
}

void Board::set_up(std::size_t source)
{
    since_ = Clock::now();
    connect(plan_.server, source);
}

void Board::on_connected()
{
    send(fmt::format("0{}{}\n", numbered(plan_.password, number_), plan_.tini2 ? " 2" : ""));
}

void Board::on_line(std::string_view line)
{
    const auto message = tini::parse_server_message(line);
    if (const auto* request = std::get_if<tini::DropRequest>(&message)) {
        take_drop({request->drop});
    } else if (std::holds_alternative<tini::StatusRequest>(message)) {
        send_state();
    } else if (const auto* question = std::get_if<tini::Question>(&message)) {
        send(tini::format_outcome({.drop = question->drop, .what = tini::Outcome::What::unseen}));
    } else if (std::holds_alternative<tini::LoginAccepted>(message)) {
        events_.on_set_up(Clock::now() - since_);
        send_state();  // A server waits for a board's first line before its own.
    } else if (std::holds_alternative<tini::LoginRefused>(message)) {
        close();
        gone("cannot log in: the server refused its password");
    } else {
        close();
        gone(fmt::format("was sent what no board takes: \"{}\"", protocol::printable(line)));
    }
}

void Board::send_state() { send(plan_.status.empty() ? "9\n" : plan_.status); }

void Board::take_drop(Drop drop)
{
    const auto time = plan_.answer_time.pick(dice_);
    if (time == Clock::duration{0}) return answer(drop);
    if (drop_) {
        close();
        return gone("was sent a drop while it was at another");
    }
    drop_ = drop;
    loop().call_at(Clock::now() + time, *this);
}

void Board::on_time(Time)
{
    const auto drop = std::exchange(drop_, std::nullopt);
    if (drop && is_open()) answer(*drop);
}

void Board::answer(Drop drop)
{
    const bool refuse = plan_.nack_rate > 0 && std::bernoulli_distribution{plan_.nack_rate}(dice_);
    if (!drop.id && plan_.status.empty()) return send(refuse ? "5\n" : "4\n");
    std::string text = refuse ? "5\n" : "4\n";
    if (drop.id) {
        text = refuse ? tini::format_nack(*drop.id, protocol::Refusal::board_refused)
                      : tini::format_ack(*drop.id);
    }
    send(text += plan_.status);
}

void Board::on_lost(std::string_view why) { gone(fmt::format("lost its connection: {}", why)); }

void Board::gone(std::string_view why)
{
    events_.on_gone(fmt::format("board {} {}", number_, why));
}

}  // namespace drink_bench
