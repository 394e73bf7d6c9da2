#include "daemon/control_client.hpp"

#include "support/catch.hpp"
#include "support/temp_dir.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <nlohmann/json.hpp>

#include <optional>
#include <thread>

using namespace std::chrono_literals;
namespace asio = boost::asio;
using asio::local::stream_protocol;

namespace {

// Settings whose control socket is in a folder of the test's, and a peer that listens there.
class Peer {
public:
    Peer() { settings_.control_socket = folder_ / "control.sock"; }

    void listen()
    {
        acceptor_.emplace(io_, stream_protocol::endpoint{settings_.control_socket.string()});
    }
    // Takes one connection, reads a line, and sends that.
    std::jthread answer(std::string text)
    {
        return std::jthread{[this, text = std::move(text)] {
            auto socket = acceptor_->accept();
            std::string line;
            asio::read_until(socket, asio::dynamic_buffer(line), '\n');
            asio::write(socket, asio::buffer(text));
        }};
    }

    auto ask(std::chrono::milliseconds limit) const
    {
        return drinkd::ask_daemon(settings_, {{"command", "status"}}, limit);
    }

private:
    TempDir folder_;
    config::Settings settings_;
    asio::io_context io_;
    std::optional<stream_protocol::acceptor> acceptor_;
};

}  // namespace

TEST_CASE("control client: gives the daemon's answer")
{
    Peer daemon;
    daemon.listen();
    const auto answering = daemon.answer("{\"ok\":true}\n");
    const auto reply = daemon.ask(10s);
    REQUIRE(reply);
    CHECK(reply->at("ok") == true);
}

TEST_CASE("control client: a daemon that never answers is given up")
{
    Peer daemon;
    daemon.listen();
    const auto reply = daemon.ask(50ms);
    REQUIRE_FALSE(reply);
    CHECK(reply.error().starts_with("the daemon does not answer"));
}

TEST_CASE("control client: a daemon that hangs up is told of")
{
    Peer daemon;
    daemon.listen();
    const auto answering = daemon.answer("{\"ok\":");
    const auto reply = daemon.ask(10s);
    REQUIRE_FALSE(reply);
    CHECK(reply.error() == "the daemon hung up without an answer: End of file");
}

TEST_CASE("control client: where no daemon is, it says so")
{
    const Peer nobody;
    const auto reply = nobody.ask(10s);
    REQUIRE_FALSE(reply);
    CHECK(reply.error().contains("the daemon cannot be reached at "));
}

TEST_CASE("control client: what is no answer is not taken for one")
{
    Peer daemon;
    daemon.listen();
    const auto answering = daemon.answer("hello\n");
    const auto reply = daemon.ask(10s);
    REQUIRE_FALSE(reply);
    CHECK(reply.error() == "the daemon's answer is not understood");
}
