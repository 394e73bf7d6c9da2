#include "support/fake_board.hpp"

namespace support {

FakeBoard FakeBoard::online(std::uint16_t port, std::string_view password)
{
    FakeBoard board{port};
    board.send("0" + std::string{password} + "\n");
    board.expect("1\n");
    board.send("9\n");
    return board;
}

std::string FakeBoard::log_in(std::string_view password, Spelling spelling)
{
    send((spelling == Spelling::tini ? "0" : "0 ") + std::string{password} + "\n");
    return line();
}

void FakeBoard::drop(int slot, std::string_view answer)
{
    expect("3" + std::to_string(slot) + "\n");
    send(answer);
}

}  // namespace support
