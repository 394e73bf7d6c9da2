#include "clients/tini_sim/board_link.hpp"

#include "support/catch.hpp"
#include "support/temp_dir.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <cstdio>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using asio::ip::tcp;

namespace {

// A server that speaks by script, and one board that connects to it.
class Bench {
public:
    explicit Bench(
        tini_sim::Behaviour behaviour, std::optional<tini_sim::DropNotesFile> notes_file = {})
        : behaviour_{std::move(behaviour)},
          notes_file_{std::move(notes_file)},
          settings_{
              .server = clients::ServerAddress{"127.0.0.1", acceptor_.local_endpoint().port()},
              .reconnect = 1ms}
    {
    }

    // Runs the board and the script together until the script ends.
    template <typename Script>
    void run(Script script)
    {
        asio::co_spawn(io_, link_.run(), [](std::exception_ptr) {});
        std::exception_ptr fault;
        asio::co_spawn(io_, std::move(script), [&](std::exception_ptr thrown) {
            fault = thrown;
            io_.stop();
        });
        io_.run();
        if (fault) std::rethrow_exception(fault);
    }

    asio::awaitable<void> accept()
    {
        received_.clear();
        socket_ = co_await acceptor_.async_accept(asio::use_awaitable);
    }

    asio::awaitable<void> say(std::string line)
    {
        co_await asio::async_write(socket_, asio::buffer(line), asio::use_awaitable);
    }

    // The board's next line with its end, or an empty text when it has hung up.
    asio::awaitable<std::string> hear()
    {
        boost::system::error_code error;
        const auto size = co_await asio::async_read_until(
            socket_, asio::dynamic_buffer(received_), '\n',
            asio::redirect_error(asio::use_awaitable, error));
        std::string line = received_.substr(0, error ? 0 : size);
        received_.erase(0, line.size());
        co_return line;
    }

    void hang_up() { socket_.close(); }

private:
    asio::io_context io_{1};
    tcp::acceptor acceptor_{io_, {asio::ip::address_v4::loopback(), 0}};
    tcp::socket socket_{io_};
    std::string received_;
    tini_sim::Behaviour behaviour_;
    std::optional<tini_sim::DropNotesFile> notes_file_;
    tini_sim::LinkSettings settings_;
    tini_sim::LiveView view_{stdout, {.quiet = true}};
    tini_sim::BoardLink link_{
        io_,
        tini_sim::Board{
            {.machine = "d", .password = "secret", .slots = {{.number = 1}}}, behaviour_},
        settings_, view_, notes_file_};
};

}  // namespace

TEST_CASE("board link: logs in, reports, and answers a drop, in lines that are whole")
{
    Bench bench{{.drop_time = 1ms, .temperature = {}}};
    std::vector<std::string> heard;
    bench.run([&]() -> asio::awaitable<void> {
        co_await bench.accept();
        heard.push_back(co_await bench.hear());
        co_await bench.say("1\n");
        heard.push_back(co_await bench.hear());
        heard.push_back(co_await bench.hear());
        co_await bench.say("31\n");
        heard.push_back(co_await bench.hear());
        heard.push_back(co_await bench.hear());
    });
    CHECK(heard == std::vector<std::string>{"0secret\n", "71 1\n", "9\n", "4\n", "71 1\n"});
}

TEST_CASE("board link: commands behind a drop wait for its end")
{
    Bench bench{{.drop_time = 1ms, .temperature = {}}};
    std::vector<std::string> heard;
    bench.run([&]() -> asio::awaitable<void> {
        co_await bench.accept();
        co_await bench.say("1\n31\n6\n31\n");
        for (int i = 0; i < 8; ++i) heard.push_back(co_await bench.hear());
    });
    CHECK(
        heard == std::vector<std::string>{
                     "0secret\n", "71 1\n", "9\n", "4\n", "71 1\n", "71 1\n", "4\n", "71 1\n"});
}

TEST_CASE("board link: comes back after the server has hung up")
{
    Bench bench{{}};
    std::string second_login;
    bench.run([&]() -> asio::awaitable<void> {
        co_await bench.accept();
        bench.hang_up();
        co_await bench.accept();
        second_login = co_await bench.hear();
    });
    CHECK(second_login == "0secret\n");
}

TEST_CASE("board link: a disconnect in the middle of a drop is seen by the server, then a login")
{
    Bench bench{{.drop_time = 2ms, .faults = {.disconnect = 1}, .temperature = {}}};
    std::string answer = "none";
    std::string second_login;
    bench.run([&]() -> asio::awaitable<void> {
        co_await bench.accept();
        co_await bench.say("1\n31\n");
        for (int i = 0; i < 3; ++i) co_await bench.hear();
        answer = co_await bench.hear();
        co_await bench.accept();
        second_login = co_await bench.hear();
    });
    CHECK(answer.empty());
    CHECK(second_login == "0secret\n");
}

TEST_CASE("board link: notes are in the file by the time that the answer is out")
{
    const TempDir folder;
    const tini_sim::DropNotesFile file{folder / "d.notes"};
    Bench bench{{.drop_time = 1ms, .tini2 = true, .temperature = {}}, file};
    std::string answer;
    bench.run([&]() -> asio::awaitable<void> {
        co_await bench.accept();
        co_await bench.say("1 2\n3 1 7\n");
        for (int i = 0; i < 4; ++i) answer = co_await bench.hear();
    });
    CHECK(answer == "4 7\n");
    auto notes = file.read().value();
    CHECK(notes.ask(protocol::DropId{7}).what == protocol::tini::Outcome::What::done);
}
