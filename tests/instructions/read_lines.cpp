// Reads so many lines as a server does: those of members, and those of boards.
#include "protocol/line_framer.hpp"
#include "protocol/sunday_command.hpp"
#include "protocol/tini_message.hpp"

#include <array>
#include <cstdlib>
#include <string_view>

int main(int argc, char** argv)
{
    constexpr std::array<std::string_view, 4> members{
        "DROP 1\r\n", "stat\n", "USER somebody\r\n", "MACHINE littledrink\n"};
    constexpr std::array<std::string_view, 4> boards{"4\n", "5\n", "71 1`2 0`3 1\n", "838.75\n"};
    const int lines = argc == 2 ? std::atoi(argv[1]) : 0;
    protocol::LineFramer framer{1'024};
    std::size_t understood = 0;
    for (int count = 0; count < lines; ++count) {
        const auto turn = static_cast<std::size_t>(count / 2) % members.size();
        if (count % 2 == 0) {
            framer.feed(members.at(turn));
            understood += protocol::parse_sunday_command(*framer.next_line()).has_value();
        } else {
            framer.feed(boards.at(turn));
            understood += protocol::tini::parse_board_message(*framer.next_line()).index();
        }
    }
    return lines == 0 || understood > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
