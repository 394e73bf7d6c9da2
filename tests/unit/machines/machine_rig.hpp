#pragma once

#include "machines/machine.hpp"

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <set>
#include <string>
#include <string_view>
#include <vector>

/// What a machine wants done, each effect as a line of text: "send 1 to slot 2", "1 acked",
/// "2 lost: no answer in time", "1 acked late", "stray: acked", "ask status", "close: hung up",
/// "slot 2 empty", "70.5 F", "bad line: ..."; on a tini 2 link also "send 1 to slot 2 with its id",
/// "ask about 1", "1 never known", "stray: 1 acked", "store that 1 goes by id".
using Effects = std::vector<std::string>;

using machines::BoardProtocol;

/// Slots 1, 2 and 3, and a queue of three.
machines::MachineSetup three_slots(bool has_sensor = false);

/// A machine with a clock that the test moves and a board whose lines the test writes.
class MachineRig {
public:
    explicit MachineRig(machines::MachineSetup setup = three_slots());

    /// The board's login was accepted.
    void log_in(BoardProtocol protocol = BoardProtocol::tini);
    /// The same, and its first line has come: a drop would be sent at once.
    void connect(BoardProtocol protocol = BoardProtocol::tini);
    void hang_up();

    bool drop(
        std::int64_t id, machines::SlotNumber slot = 1, BoardProtocol stored = BoardProtocol::tini);
    void protocol_stored(std::int64_t id, BoardProtocol protocol, bool kept);
    /// One segment of the board: all its lines are taken before the machine goes on.
    void board_says(std::initializer_list<std::string_view> lines);
    void board_says(std::string_view line) { board_says({line}); }
    void pass(std::chrono::milliseconds time);
    void pause() { machine.pause(); }
    void resume();
    void stop();

    /// What the machine wanted since the last call.
    Effects effects();

    machines::Instant now{std::chrono::hours{1}};
    std::set<machines::SlotNumber> disabled;
    machines::Machine machine;
};
