#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/daemon.hpp"
#include "support/fake_board.hpp"

#include <random>

using namespace support;

namespace {

// Bytes that mean nothing, or that look a little like the protocol; the same for each seed.
class Garbage {
public:
    explicit Garbage(unsigned seed) : random_{seed} {}

    std::string bytes(std::size_t size)
    {
        std::string text;
        while (text.size() < size) text += static_cast<char>(up_to(255));
        return text;
    }

    std::string lines(const std::vector<std::string>& words, std::size_t count)
    {
        std::string text;
        for (std::size_t line = 0; line < count; ++line) {
            for (std::size_t word = up_to(4) + 1; word > 0; --word) {
                text += words.at(up_to(words.size() - 1)) + (up_to(3) == 0 ? "" : " ");
            }
            if (up_to(9) == 0) text += bytes(up_to(40));
            text += up_to(1) == 0 ? "\n" : "\r\n";
        }
        return text;
    }

    // Sends in pieces of any size, as long as the other side listens.
    void send(Connection& connection, std::string_view text)
    {
        while (!text.empty()) {
            const auto piece = text.substr(0, up_to(2'000) + 1);
            if (!connection.try_send(piece)) return;
            text.remove_prefix(piece.size());
        }
    }

private:
    std::size_t up_to(std::size_t max)
    {
        return std::uniform_int_distribution<std::size_t>{0, max}(random_);
    }

    std::mt19937 random_;
};

const std::vector<std::string> sunday_words{
    "USER", "PASS",   "IBUTTON",    "WHOAMI", "GETBALANCE", "MACHINE", "STAT",
    "RAND", "UPTIME", "SERVERSTAT", "TEMP",   "LOCATION",   "VERSION", "ACCTMGRCHK",
    "DROP", "alice",  "d",          "ld",     "1",          "-1",      "99999999999999999999",
    "\x7f", "%s%n",   "\"",         "\t",     "EDITSLOT",   "HISTORY", ""};
const std::vector<std::string> board_words{
    "0",   "1",         "2",    "3",    "4",      "5",       "6",   "7",  "8", "9",
    "7 1", "7 1 0 2 1", "8 39", "8nan", "81e999", "0little", "255", "-1", ""};

}  // namespace

TEST_CASE("garbage: on either port it costs another session nothing, nor the ledger")
{
    const auto seed = GENERATE(1u, 2u, 3u, 4u, 5u);
    INFO("seed " << seed);
    Garbage garbage{seed};
    Daemon daemon{small_house(), {{.name = "alice", .credits = 250}}};
    auto board = FakeBoard::online(daemon.boards_port(), "big");
    Client client{daemon.sunday_port()};
    client.log_in("alice");

    for (int round = 0; round < 5; ++round) {
        for (const auto port :
             {daemon.sunday_port(0), daemon.sunday_port(1), daemon.boards_port()}) {
            Connection stranger{port};
            garbage.send(stranger, garbage.bytes(20'000));
        }
        for (const auto listener : {0u, 1u}) {
            Connection stranger{daemon.sunday_port(listener)};
            garbage.send(stranger, garbage.lines(sunday_words, 200));
        }
        auto wild = FakeBoard::online(daemon.boards_port(), "little");
        garbage.send(wild, garbage.lines(board_words, 200));
    }

    client.send("DROP 1\n");
    board.drop(1);
    CHECK(client.line() == "OK:  Dropping drink\r\n");
    CHECK(client.ask("GETBALANCE") == "OK: 200\r\n");
    CHECK(daemon.run({"ledger", "verify"}).exit_code == 0);
    CHECK(daemon.stop() == 0);
}
