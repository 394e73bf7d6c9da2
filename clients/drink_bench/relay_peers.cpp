#include "clients/drink_bench/relay_peers.hpp"

#include "clients/drink_bench/relay.hpp"
#include "protocol/words.hpp"

#include <utility>

namespace drink_bench {
namespace {

constexpr std::string_view stat_reply =
    "1 \"Coke\" 50 13 1\n"
    "2 \"Diet Coke\" 50 13 1\n"
    "3 \"Root Beer\" 50 13 1\n"
    "4 \"Dr. Pepper\" 50 13 1\n"
    "5 \"Ginger Ale\" 50 13 1\n"
    "6 \"Water\" 25 13 1\n"
    "7 \"Iced Tea\" 75 13 1\n"
    "8 \"Club-Mate\" 120 13 1\n"
    "9 \"Lemonade\" 60 13 1\n"
    "10 \"Mystery Can\" 30 13 1\n"
    "OK 10 Slots retrieved\r\n";
constexpr std::string_view dropped = "OK:  Dropping drink\r\n";
constexpr std::string_view board_refused = "ERR 150 Unable to initialize hardware for drop.\r\n";
constexpr std::string_view board_offline =
    "ERR 151 Unable to communicate with hardware. Contact an admin.\r\n";
constexpr std::string_view outcome_unknown = "ERR 103 Unknown Failure.\r\n";
constexpr std::string_view under_way =
    "WARN 152 Drop in progress, please wait before dropping again\r\n";

// The number at the end of a name, which is 0 where there is none.
std::uint32_t number_at_end(std::string_view name)
{
    const auto digits = name.find_last_not_of("0123456789") + 1;
    return protocol::parse_number<std::uint32_t>(name.substr(digits)).value_or(0);
}

}  // namespace

RelayMember::RelayMember(EventLoop& loop, Relay& relay, int socket)
    : LineConnection{loop}, relay_{relay}
{
    adopt(socket);
    send("Welcome to the relay\n");
}

void RelayMember::on_line(std::string_view line)
{
    if (line.starts_with("DROP ")) return drop(line.substr(5));
    if (line == "STAT") return send(stat_reply);
    if (line.starts_with("USER ")) return send("OK: \r\n");
    if (line.starts_with("PASS ") || line.starts_with("IBUTTON ")) return send("OK: 250\r\n");
    if (line.starts_with("MACHINE ")) {
        machine_ = number_at_end(line);
        return send("OK:  Welcome to a machine\r\n");
    }
    if (line != "QUIT") return send("ERR 415 Invalid command\r\n");
    send("Good Bye\r\n");
    leave();
}

void RelayMember::drop(std::string_view slot)
{
    if (board_) return send(under_way);
    board_ = relay_.find_board(machine_);
    if (!board_) return send(board_offline);
    request_ = '3';
    request_ += slot.substr(0, slot.find(' '));
    request_ += '\n';
    board_->drop(*this);
}

void RelayMember::end_drop(std::string_view reply)
{
    board_ = nullptr;
    send(reply);
}

void RelayMember::on_lost(std::string_view) { leave(); }

void RelayMember::leave()
{
    close();
    if (board_) board_->forget(*this);
    relay_.bury(*this);
}

RelayBoard::RelayBoard(EventLoop& loop, Relay& relay, int socket)
    : LineConnection{loop}, relay_{relay}
{
    adopt(socket);
}

void RelayBoard::drop(RelayMember& member)
{
    waiting_.push_back(member);
    if (!busy_) send_next();
}

void RelayBoard::forget(RelayMember& member)
{
    if (current_ == &member) current_ = nullptr;
    member.unlink();
}

void RelayBoard::on_line(std::string_view line)
{
    if (line.starts_with('4')) return end_drop(dropped);
    if (line.starts_with('5')) return end_drop(board_refused);
    if (!line.starts_with('0')) return;
    // A blank and what follows would be the offer of tini 2, which is not taken.
    number_ = number_at_end(line.substr(0, line.find(' ')));
    relay_.set_board(number_, *this);
    send("1\n");
}

void RelayBoard::end_drop(std::string_view reply)
{
    if (!busy_) return;
    auto* const member = std::exchange(current_, nullptr);
    // The board is what there is only one of, so it comes first.
    send_next();
    if (member) member->end_drop(reply);
}

void RelayBoard::send_next()
{
    busy_ = !waiting_.empty();
    if (!busy_) return;
    current_ = &waiting_.front();
    waiting_.pop_front();
    send(current_->request());
}

void RelayBoard::on_lost(std::string_view)
{
    relay_.forget_board(number_, *this);
    if (current_) current_->end_drop(outcome_unknown);
    while (!waiting_.empty()) {
        auto& member = waiting_.front();
        waiting_.pop_front();
        member.end_drop(board_offline);
    }
    relay_.bury(*this);
}

}  // namespace drink_bench
