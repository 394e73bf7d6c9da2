#include "process/cold_house.hpp"
#include "process/control_socket.hpp"
#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/fake_board.hpp"

#include <memory>

using namespace support;

namespace {

const std::vector<Account> alice{{.name = "alice", .credits = 250}};

std::filesystem::path ledger_of(const Daemon& daemon) { return daemon.folder() / "ledger.db"; }

std::filesystem::path socket_of(const Daemon& daemon) { return daemon.folder() / "ledger.db.sock"; }

}  // namespace

TEST_CASE("control socket: only the owner of the ledger may use it")
{
    const Daemon daemon;
    const auto status = std::filesystem::status(socket_of(daemon));
    CHECK(status.type() == std::filesystem::file_type::socket);
    const auto only_owner =
        std::filesystem::perms::owner_read | std::filesystem::perms::owner_write;
    CHECK(status.permissions() == only_owner);
}

TEST_CASE("control socket: is where the settings say")
{
    auto settings = small_house();
    settings["control"]["socket"] = "elsewhere.sock";
    const Daemon daemon{settings};
    CHECK(std::filesystem::exists(daemon.folder() / "elsewhere.sock"));
    CHECK_FALSE(std::filesystem::exists(socket_of(daemon)));
    CHECK(daemon.run({"status"}).exit_code == 0);
}

TEST_CASE("control socket: is gone when the daemon has stopped")
{
    Daemon daemon;
    CHECK(daemon.stop() == 0);
    CHECK_FALSE(std::filesystem::exists(socket_of(daemon)));
}

TEST_CASE("control socket: one that a crashed daemon left holds up neither tools nor daemons")
{
    Daemon daemon{small_house(), alice};
    daemon.kill9();
    REQUIRE(std::filesystem::exists(socket_of(daemon)));
    CHECK(daemon.run({"credits", "add", "alice", "1", "--reason", "test"}).exit_code == 0);
    daemon.start();
    CHECK(daemon.run({"credits", "add", "alice", "1", "--reason", "test"}).exit_code == 0);
    CHECK(account(daemon, "alice").at("credits") == 252);
}

TEST_CASE("control socket: a request that is repeated is answered again and carried out once")
{
    Daemon daemon{small_house(), alice};
    const nlohmann::json request = {
        {"command", "credits add"}, {"name", "alice"},         {"credits", 50},
        {"reason", "test"},         {"actor", "console:test"}, {"id", "the-one"},
    };
    const auto first = ControlSocket::ask(ledger_of(daemon), request);
    CHECK(first.at("balance") == 300);
    CHECK(ControlSocket::ask(ledger_of(daemon), request) == first);
    daemon.kill9();
    daemon.start();
    CHECK(ControlSocket::ask(ledger_of(daemon), request) == first);
    CHECK(account(daemon, "alice").at("credits") == 300);
}

TEST_CASE("control socket: what is no request is refused and does no harm")
{
    const std::string deep(30'000, '[');
    const std::string deep_end(30'000, ']');
    const auto line = GENERATE_COPY(
        std::string{}, std::string{"hello"}, std::string{"[]"}, std::string{"{}"},
        std::string{"null"}, std::string{R"({"command":7})"},
        std::string{R"({"command":"status"})"}.substr(0, 12),
        std::string{"{\"command\":\"user add\",\"name\":\"\xff\xfe\"}"}, std::string("\0\0\0", 3),
        deep, "{\"command\":" + deep + deep_end + "}",
        "{\"id\":\"x\",\"command\":\"user add\",\"actor\":\"y\",\"name\":" + deep + deep_end + "}");
    INFO(line.substr(0, 60));
    const Daemon daemon{small_house(), alice};
    {
        ControlSocket socket{ledger_of(daemon)};
        socket.send(line + "\n");
        const auto answer = nlohmann::json::parse(socket.rest());
        CHECK(answer.at("ok") == false);
        CHECK_FALSE(answer.at("error").get<std::string>().empty());
    }
    CHECK(daemon.run({"status"}).exit_code == 0);
    CHECK(account(daemon, "alice").at("credits") == 250);
}

TEST_CASE("control socket: a peer that sends without end is hung up on")
{
    const Daemon daemon{small_house(), alice};
    ControlSocket socket{ledger_of(daemon)};
    socket.send(std::string(1'000'000, 'x'));
    CHECK(socket.rest().empty());
    CHECK(daemon.run({"status"}).exit_code == 0);
}

TEST_CASE("control socket: a peer that says nothing holds up neither tools nor members")
{
    const Daemon daemon{small_house(), alice};
    std::vector<std::unique_ptr<ControlSocket>> silent;
    for (int peer = 0; peer < 20; ++peer) {
        silent.push_back(std::make_unique<ControlSocket>(ledger_of(daemon)));
        silent.back()->send("{\"command\":");
    }
    CHECK(daemon.run({"credits", "add", "alice", "1", "--reason", "test"}).exit_code == 0);
    auto board = FakeBoard::online(daemon.boards_port(), "big");
    Client client{daemon.sunday_port()};
    client.log_in("alice");
    client.send("DROP 1\n");
    board.drop(1);
    CHECK(client.line() == "OK:  Dropping drink\r\n");
}
