#include "clients/drink/tcp_link.hpp"

#include "support/catch.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include <csignal>
#include <string>
#include <utility>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using asio::ip::tcp;
using drink::LinkEnd;
using drink::TcpLink;

namespace {

// A link and, on the same thread, the server's end of it: the system connects and buffers without
// either of them.
struct Connection {
    asio::io_context io;
    tcp::acceptor acceptor{io, {asio::ip::address_v4::loopback(), 0}};
    std::unique_ptr<TcpLink> link =
        TcpLink::open({"127.0.0.1", acceptor.local_endpoint().port()}, 10s).value();
    tcp::socket server = acceptor.accept();

    void say(std::string_view bytes) { asio::write(server, asio::buffer(bytes)); }
};

}  // namespace

TEST_CASE("tcp link: lines come one by one, however they were sent")
{
    Connection connection;
    connection.say("Welcome to Big Drink\nOK: \r\nOK");
    CHECK(connection.link->receive(10s, {}) == "Welcome to Big Drink");
    CHECK(connection.link->receive(10s, {}) == "OK: ");
    connection.say(": 250\r\n");
    CHECK(connection.link->receive(10s, {}) == "OK: 250");
}

TEST_CASE("tcp link: a line is sent with its end")
{
    Connection connection;
    REQUIRE(connection.link->send("STAT"));
    std::string received;
    asio::read_until(connection.server, asio::dynamic_buffer(received), '\n');
    CHECK(received == "STAT\n");
}

TEST_CASE("tcp link: a server that hangs up ends the wait, after the lines that it had sent")
{
    Connection connection;
    connection.say("Good Bye\r\n");
    connection.server.close();
    CHECK(connection.link->receive(10s, {}) == "Good Bye");
    CHECK(connection.link->receive(10s, {}) == std::unexpected{LinkEnd::closed});
}

TEST_CASE("tcp link: a silent server is waited for as long as patience lasts")
{
    Connection connection;
    CHECK(connection.link->receive(1ms, {}) == std::unexpected{LinkEnd::silent});
}

TEST_CASE("tcp link: a line without an end is not read for ever")
{
    Connection connection;
    connection.server.non_blocking(true);
    const std::string flood(1 << 16, 'x');
    for (;;) {
        boost::system::error_code full;
        connection.server.write_some(asio::buffer(flood), full);
        const auto line = connection.link->receive(1ms, {});
        if (line == std::unexpected{LinkEnd::line_too_long}) break;
        REQUIRE(line == std::unexpected{LinkEnd::silent});
    }
}

TEST_CASE("tcp link: Ctrl-C ends a wait, and the server sees a reset")
{
    Connection connection;
    const auto press_ctrl_c = [](std::chrono::seconds) { std::raise(SIGINT); };
    CHECK(connection.link->receive(10s, press_ctrl_c) == std::unexpected{LinkEnd::interrupted});
    char byte = 0;
    boost::system::error_code error;
    asio::read(connection.server, asio::buffer(&byte, 1), error);
    CHECK(error == asio::error::connection_reset);
}

TEST_CASE("tcp link: a port where nobody listens is told with its address")
{
    asio::io_context io;
    tcp::acceptor acceptor{io, {asio::ip::address_v4::loopback(), 0}};
    const auto port = acceptor.local_endpoint().port();
    acceptor.close();
    const auto link = TcpLink::open({"127.0.0.1", port}, 10s);
    REQUIRE_FALSE(link);
    CHECK(
        link.error() ==
        "cannot connect to 127.0.0.1:" + std::to_string(port) + ": Connection refused");
}
