#include "daemon/machine_host.hpp"

#include "support/catch.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <string>
#include <vector>

using namespace drinkd;

namespace {

// Nobody listens.
class NoEvents final : public MachineEvents {
    void late_answer(std::size_t, DropId, machines::DropEvent) override {}
    void never_known(std::size_t, DropId) override {}
    void evidence(std::size_t, std::string) override {}
    void store_protocol(std::size_t, const machines::StoreProtocol&) override {}
    void slots_sensed(std::size_t, const std::vector<machines::SensedSlot>&) override {}
    void temperature_read(std::size_t, double) override {}
};

// A host of a machine without slots, and boards that log in to it over the loopback.
class Rig {
public:
    MachineHost& host() { return host_; }

    // A board whose login was right is handed to the host; gives the board's end.
    tcp::socket board_logs_in()
    {
        tcp::acceptor acceptor{io_, {asio::ip::address_v4::loopback(), 0}};
        tcp::socket board{io_};
        board.connect(acceptor.local_endpoint());
        board.non_blocking(true);
        auto socket = acceptor.accept(host_.strand());
        socket.non_blocking(true);
        asio::co_spawn(
            host_.strand(),
            host_.serve(
                std::move(socket), protocol::LineFramer{4'096}, "board", BoardProtocol::tini),
            [this](std::exception_ptr, machines::LinkEnd end) { ends_.push_back(end); });
        run();
        return board;
    }
    void run()
    {
        io_.restart();
        io_.poll();
    }
    // How each connection that has ended did so.
    const std::vector<machines::LinkEnd>& ends() const { return ends_; }

private:
    asio::io_context io_;
    NoEvents events_;
    SlotCatalog catalog_{std::array{ledger::MachineKey{1}}, {{}}};
    MachineHost host_{io_, 0, "d", {}, catalog_, events_};
    std::vector<machines::LinkEnd> ends_;
};

using Ends = std::vector<machines::LinkEnd>;

}  // namespace

TEST_CASE("machine host: a board that logs in is online until it is hung up on")
{
    Rig rig;
    const auto board = rig.board_logs_in();
    CHECK(rig.host().online());
    rig.host().hang_up();
    rig.run();
    CHECK_FALSE(rig.host().online());
    CHECK(rig.ends() == Ends{machines::LinkEnd::stopped});
}

TEST_CASE("machine host: once it has hung up, no board is let in any more")
{
    Rig rig;
    rig.host().hang_up();
    auto board = rig.board_logs_in();
    CHECK_FALSE(rig.host().online());
    CHECK(rig.ends() == Ends{machines::LinkEnd::stopped});
    char byte = 0;
    error_code error;
    board.receive(asio::buffer(&byte, 1), 0, error);
    CHECK(error == asio::error::eof);
}
