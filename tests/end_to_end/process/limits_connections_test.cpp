#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/daemon.hpp"
#include "support/fake_board.hpp"
#include "support/wait.hpp"

#include <fstream>
#include <future>

using namespace support;

namespace {

nlohmann::json with_limits(const nlohmann::json& limits)
{
    auto settings = small_house();
    settings["limits"] = limits;
    return settings;
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool sanitized = true;
#elif defined(__has_feature)
constexpr bool sanitized = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
constexpr bool sanitized = false;
#endif

std::size_t resident_kib(pid_t process)
{
    std::ifstream status{"/proc/" + std::to_string(process) + "/status"};
    for (std::string word; status >> word;) {
        std::size_t size = 0;
        if (word == "VmRSS:" && status >> size) return size;
    }
    throw std::runtime_error{"the process has no memory"};
}

}  // namespace

TEST_CASE("limits: a member's connection that is one too many in all is told so and closed")
{
    const Daemon daemon{with_limits({{"connections", 2}})};
    const Client first{daemon.sunday_port()};
    const Client second{daemon.sunday_port()};
    Client third{daemon.sunday_port()};
    CHECK(third.banner() == "ERR 205 Maximum user count reached.\r\n");
    CHECK(third.rest().empty());
    Client classic{daemon.sunday_port(1)};
    CHECK(classic.banner() == "ERR 205 Maximum user count reached.\n");
    CHECK(classic.rest().empty());
}

TEST_CASE("limits: a board's connection that is one too many is refused and closed")
{
    const Daemon daemon{with_limits({{"connections", 1}})};
    const Client first{daemon.sunday_port()};
    FakeBoard board{daemon.boards_port()};
    CHECK(board.rest() == "2\n");
}

TEST_CASE("limits: a connection that ends makes room for another")
{
    const Daemon daemon{with_limits({{"connections", 1}})};
    {
        Client first{daemon.sunday_port()};
        CHECK(first.ask("QUIT") == "Good Bye\r\n");
    }
    wait_until("room for another connection", [&] {
        return Client{daemon.sunday_port()}.banner() == "Welcome to Big Drink\n";
    });
}

TEST_CASE("limits: each address has its own number of connections")
{
    const Daemon daemon{with_limits({{"connections_per_address", 1}})};
    const Client first{daemon.sunday_port()};
    CHECK(Client{daemon.sunday_port()}.banner() == "ERR 205 Maximum user count reached.\r\n");
    CHECK(Connection(daemon.sunday_port(), "127.0.0.2").line() == "Welcome to Big Drink\n");
}

TEST_CASE("limits: a limit of 0 is none")
{
    const Daemon daemon{with_limits({{"connections", 0}, {"connections_per_address", 0}})};
    std::vector<Client> clients;
    for (int client = 0; client < 50; ++client) {
        CHECK(clients.emplace_back(daemon.sunday_port()).banner() == "Welcome to Big Drink\n");
    }
}

TEST_CASE("limits: clients that never read cost others nothing, and little memory")
{
    const Daemon daemon{small_house(), {{.name = "alice", .credits = 250}}};
    auto board = FakeBoard::online(daemon.boards_port(), "big");
    Client client{daemon.sunday_port()};
    client.log_in("alice");
    const auto before = resident_kib(daemon.pid());

    std::string commands;
    for (int command = 0; command < 200'000; ++command) commands += "STAT\n";
    std::vector<Client> flooders;
    for (int flooder = 0; flooder < 8; ++flooder) flooders.emplace_back(daemon.sunday_port());
    std::vector<std::future<bool>> floods;
    for (auto& flooder : flooders) {
        floods.push_back(
            std::async(std::launch::async, [&] { return flooder.try_send(commands); }));
    }
    for (int drop = 0; drop < 5; ++drop) {
        client.send("DROP 1\n");
        board.drop(1);
        CHECK(client.line() == "OK:  Dropping drink\r\n");
        CHECK(client.ask("LOCATION") == "OK: NRH (North)\r\n");
    }
    // Each flood asks for 20 MB of replies. A sanitizer keeps what was freed.
    if (!sanitized) CHECK(resident_kib(daemon.pid()) < before + 8 * 1'024);
    for (auto& flooder : flooders) flooder.end_sending();
    for (auto& flood : floods) flood.wait();
}
