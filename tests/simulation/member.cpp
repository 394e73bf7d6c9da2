#include "simulation/member.hpp"

#include "protocol/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace simulation {

using namespace std::chrono_literals;

Member::Member(Setup setup, Dice& dice, PeerSurroundings around)
    : setup_{std::move(setup)}, dice_{dice}, around_{std::move(around)}
{
}

void Member::turn(Instant now)
{
    if (wire_ && reads_) read();
    if (now < next_) return;
    next_ = now + std::chrono::milliseconds{dice_.between(50, 6'000)};
    if (!trouble_) {
        next_ = Instant::max();
        return;
    }
    if (!wire_) return connect(now);
    if (dice_.percent(6)) return leave(now);
    ask_something();
    // Ahead of the replies.
    while (dice_.percent(25)) ask_something();
}

void Member::connect(Instant now)
{
    wire_ = around_.connect();
    if (!wire_) return;
    next_ = now;
    has_banner_ = false;
    unread_.clear();
    read_ = 0;
    asked_.clear();
    ended_.clear();
    reads_ = !dice_.percent(4);
    if (!reads_) wire_->set_room(100);
    if (dice_.percent(5)) return;
    ask("MACHINE " + setup_.machines[dice_.below(setup_.machines.size())]);
    if (dice_.one_in(2)) {
        ask("IBUTTON " + setup_.ibutton);
    } else {
        ask("USER " + setup_.name);
        ask("PASS " + (dice_.percent(5) ? "wrong" : setup_.password));
    }
}

void Member::leave(Instant now)
{
    around_.tell("leaves");
    switch (dice_.below(4)) {
        case 0:
            wire_->hang_up();
            break;
        case 1:
            wire_->cut();
            break;
        default:
            wire_->break_off();
    }
    wire_.reset();
    next_ = now + std::chrono::milliseconds{dice_.between(0, 3'000)};
}

void Member::ask_something()
{
    const auto delay =
        setup_.delays && dice_.one_in(3) ? fmt::format(" {}", dice_.between(0, 5)) : std::string{};
    const auto what = dice_.below(100);
    if (what < 60) return ask(fmt::format("DROP {}{}", dice_.between(1, setup_.slots), delay));
    if (what < 70) return ask("RAND" + delay);
    if (what < 78) return ask("GETBALANCE");
    if (what < 82) return ask("WHOAMI");
    if (what < 86) return ask("TEMP");
    if (what < 90) return ask("DROP 99");
    if (what < 94) return ask("nonsense \x01\xff");
    if (what < 97) return ask("MACHINE " + setup_.machines[dice_.below(setup_.machines.size())]);
    ask("QUIT");
}

void Member::ask(const std::string& line)
{
    if (!wire_) return;
    around_.tell("asks " + line);
    asked_.push_back(line);
    wire_->write(line + (dice_.one_in(2) ? "\r\n" : "\n"));
}

void Member::read()
{
    unread_ += wire_->read();
    for (;;) {
        const auto end = unread_.find('\n');
        if (end == std::string::npos) break;
        auto line = unread_.substr(0, end);
        unread_.erase(0, end + 1);
        const auto at = std::exchange(read_, read_ + end + 1);
        if (line.ends_with('\r')) line.pop_back();
        take_line(line, at);
    }
    if (wire_->ended()) wire_.reset();
}

void Member::take_line(std::string_view line, std::size_t at)
{
    if (!has_banner_) {
        has_banner_ = true;
        return;
    }
    around_.tell(fmt::format("hears {}", line));
    if (line.starts_with("ERR 450")) return;
    if (asked_.empty()) {
        around_.broken(fmt::format("a reply to nothing that was asked: {}", line));
        return;
    }
    const auto asked = std::move(asked_.front());
    asked_.pop_front();
    constexpr std::string_view beginnings[] = {"OK", "ERR ", "WARN ", "Good Bye"};
    const bool reply = std::ranges::any_of(
        beginnings, [&](std::string_view beginning) { return line.starts_with(beginning); });
    if (!reply) around_.broken(fmt::format("no reply to {}: {}", asked, line));
    const bool drop = asked.starts_with("DROP") || asked.starts_with("RAND");
    const auto ended = ended_.find(at);
    if (ended != ended_.end()) {
        if (!drop) around_.broken(fmt::format("{} was answered by a drop", asked));
        hold_against(ended->second, line);
    } else if (drop && (line.starts_with("OK") || line.starts_with("ERR 103"))) {
        around_.broken(fmt::format("a drop that did not end is answered: {}", line));
    }
}

void Member::hold_against(const Ended& drop, std::string_view reply)
{
    const bool in_doubt = reply.starts_with("ERR 103");
    const bool named =
        reply.find(fmt::format("Drop {}.", protocol::number(drop.drop))) != reply.npos;
    const bool right = reply.starts_with("OK") ? drop.state == "dispensed"
                       : in_doubt ? named && (drop.state == "in_doubt" || drop.state == "unsettled")
                                  : drop.state != "dispensed" && drop.state != "in_doubt";
    if (!right) {
        around_.broken(fmt::format(
            "drop {} is {}, its member hears {}", protocol::number(drop.drop), drop.state, reply));
    }
}

}  // namespace simulation
