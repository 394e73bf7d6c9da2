#include "process/cold_house.hpp"
#include "process/notify_socket.hpp"
#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/fake_board.hpp"
#include "support/wait.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <netinet/in.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace support;

namespace {

// A socket of this test on a port of the system's choice, on both kinds of addresses of this host.
class Listening {
public:
    explicit Listening(int family) : socket_{::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0)}
    {
        sockaddr_storage address{};
        address.ss_family = static_cast<sa_family_t>(family);
        if (family == AF_INET) {
            reinterpret_cast<sockaddr_in&>(address).sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        } else {
            reinterpret_cast<sockaddr_in6&>(address).sin6_addr = in6addr_loopback;
        }
        auto* any = reinterpret_cast<sockaddr*>(&address);
        socklen_t size = sizeof address;
        works_ = ::bind(socket_, any, size) == 0 && ::listen(socket_, 1) == 0;
        ::getsockname(socket_, any, &size);
        port_ = ntohs(reinterpret_cast<sockaddr_in&>(address).sin_port);
    }
    Listening(const Listening&) = delete;
    Listening& operator=(const Listening&) = delete;
    ~Listening() { ::close(socket_); }

    bool works() const { return works_; }
    std::uint16_t port() const { return port_; }

private:
    int socket_;
    bool works_ = false;
    std::uint16_t port_ = 0;
};

// The first line that a server on an IPv6 port of this host says.
std::string first_line_over_v6(std::uint16_t port)
{
    const int socket = ::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in6 there{};
    there.sin6_family = AF_INET6;
    there.sin6_port = htons(port);
    there.sin6_addr = in6addr_loopback;
    const timeval limit{.tv_sec = patience.count(), .tv_usec = 0};
    ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    std::array<char, 256> bytes{};
    ssize_t size = -1;
    if (::connect(socket, reinterpret_cast<const sockaddr*>(&there), sizeof there) == 0) {
        size = ::recv(socket, bytes.data(), bytes.size(), 0);
    }
    ::close(socket);
    return {bytes.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
}

// What happened to a file of a folder, as inotify tells it.
class Watch {
public:
    explicit Watch(const std::filesystem::path& folder)
        : descriptor_{::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)}
    {
        ::inotify_add_watch(descriptor_, folder.c_str(), IN_CREATE | IN_MODIFY | IN_MOVED_TO);
    }
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;
    ~Watch() { ::close(descriptor_); }

    std::uint32_t seen_of(std::string_view name) const
    {
        std::uint32_t seen = 0;
        alignas(inotify_event) std::array<char, 65'536> bytes;
        for (;;) {
            const auto size = ::read(descriptor_, bytes.data(), bytes.size());
            if (size <= 0) return seen;
            for (ssize_t at = 0; at < size;) {
                const auto* event = reinterpret_cast<const inotify_event*>(bytes.data() + at);
                if (event->len > 0 && name == event->name) seen |= event->mask;
                at += static_cast<ssize_t>(sizeof *event + event->len);
            }
        }
    }

private:
    int descriptor_;
};

// Settings with which nothing but the one fault is worth a line. (A computer may allow fewer
// descriptors than connections are allowed by default, which is a warning.)
nlohmann::json quiet_house()
{
    auto settings = small_house();
    settings["log"]["level"] = "error";
    return settings;
}

nlohmann::json with_port(std::uint16_t port)
{
    auto settings = quiet_house();
    settings["listen"]["sunday"][0]["port"] = port;
    return settings;
}

std::string ledger_fault(const ColdHouse& house, const std::string& what)
{
    return "drinkd: the ledger " + house.ledger_file().string() + ": " + what + "\n";
}

}  // namespace

TEST_CASE("start: a port that is taken is told in one line")
{
    const Listening other{AF_INET};
    const ColdHouse house{with_port(other.port())};
    const auto served = house.serve();
    CHECK(served.exit_code == 1);
    CHECK(
        served.err == "drinkd: cannot listen on 127.0.0.1:" + std::to_string(other.port()) +
                          ": Address already in use\n");
}

TEST_CASE("start: ten mistakes in the settings are ten messages, each with its place")
{
    auto settings = small_house();
    settings["ledgers"] = nlohmann::json::object();
    settings["listen"]["sunday"][0]["port"] = 65'536;
    settings["listen"]["sunday"][0]["dialect"] = "java";
    settings["listen"]["sunday"][1]["machine"] = "nowhere";
    settings["drops"]["ack_timeout_s"] = "soon";
    settings["limits"]["line_bytes"] = 1;
    settings["log"]["level"] = "loud";
    settings["machines"][0]["slots"][0]["number"] = 256;
    settings["machines"][0]["slots"][1]["price"] = -1;
    settings["machines"][1]["board"].erase("password");
    const ColdHouse house{settings};
    const auto served = house.serve();
    CHECK(served.exit_code == 1);
    for (const auto* path :
         {"$.ledgers", "$.listen.sunday[0].port", "$.listen.sunday[0].dialect",
          "$.listen.sunday[1].machine", "$.drops.ack_timeout_s", "$.limits.line_bytes",
          "$.log.level", "$.machines[0].slots[0].number", "$.machines[0].slots[1].price",
          "$.machines[1].board.password"}) {
        INFO(path);
        CHECK(served.err.contains(house.settings_file().string() + ": " + path + ": "));
    }
    CHECK(served.err.ends_with("drinkd: " + house.settings_file().string() + ": 10 mistakes\n"));
    CHECK(std::ranges::count(served.err, '\n') == 11);
}

TEST_CASE("start: settings that are no JSON are told with the place where they stop being it")
{
    const ColdHouse house;
    house.write("settings.json", "{\n  \"machines\": [,]\n}\n");
    const auto served = house.serve();
    CHECK(served.exit_code == 1);
    CHECK(served.err.contains("line 2"));
}

TEST_CASE("start: a ledger in a folder that is missing is told")
{
    auto settings = quiet_house();
    settings["ledger"]["sqlite"] = "missing/ledger.db";
    const ColdHouse house{settings};
    const auto served = house.serve();
    CHECK(served.exit_code == 1);
    CHECK(served.err.starts_with(
        "drinkd: the ledger " + (house.folder() / "missing/ledger.db").string() + ": "));
    CHECK(served.err.ends_with("No such file or directory\n"));
    CHECK(std::ranges::count(served.err, '\n') == 1);
}

TEST_CASE("start: a ledger that another program has locked is told")
{
    const ColdHouse house{quiet_house()};
    REQUIRE(house.run({"user", "add", "alice"}).exit_code == 0);
    OtherProgram other{house.ledger_file()};
    other.execute("BEGIN EXCLUSIVE");
    const auto served = house.serve();
    CHECK(served.exit_code == 1);
    CHECK(served.err == ledger_fault(house, "another program has locked it"));
}

TEST_CASE("start: a ledger of a newer version is told, and left alone")
{
    const ColdHouse house{quiet_house()};
    REQUIRE(house.run({"user", "add", "alice"}).exit_code == 0);
    OtherProgram other{house.ledger_file()};
    const auto known = std::to_string(other.integer("PRAGMA user_version"));
    other.execute("PRAGMA user_version = 99");
    const auto served = house.serve();
    CHECK(served.exit_code == 1);
    CHECK(
        served.err ==
        ledger_fault(
            house, "it was written by a newer drinkd (tables of version 99, this one knows " +
                       known + "): install that version"));
    CHECK(other.integer("SELECT count(*) FROM drops") == 0);
}

TEST_CASE("start: a file that is no database is told, and left alone")
{
    const ColdHouse house{quiet_house()};
    const std::string text = "This is a text and no database, as anybody can see who reads it.\n";
    house.write("ledger.db", text);
    const auto served = house.serve();
    CHECK(served.exit_code == 1);
    CHECK(served.err.contains(": it is damaged (file is not a database): "));
    CHECK(std::filesystem::file_size(house.ledger_file()) == text.size());
}

TEST_CASE("start: a database of another program is told, and left alone")
{
    const ColdHouse house{quiet_house()};
    OtherProgram{house.ledger_file()}.execute("CREATE TABLE notes (text TEXT)");
    const auto served = house.serve();
    CHECK(served.exit_code == 1);
    CHECK(served.err == ledger_fault(house, "it is a database of another program"));
    CHECK(OtherProgram{house.ledger_file()}.integer("SELECT count(*) FROM sqlite_schema") == 1);
}

TEST_CASE("start: a second daemon on the same ledger is refused")
{
    const Daemon daemon{quiet_house()};
    const auto second = daemon.run({"serve"});
    CHECK(second.exit_code == 1);
    CHECK(
        second.err == "drinkd: the ledger " + (daemon.folder() / "ledger.db").string() +
                          ": another drinkd is using it\n");
    CHECK(daemon.run({"status"}).exit_code == 0);
}

TEST_CASE("start: a daemon that cannot start leaves no ready file")
{
    const Listening other{AF_INET};
    const ColdHouse house{with_port(other.port())};
    const auto ready = house.folder() / "ready.json";
    CHECK(house.run({"serve", "--ready-file", ready}).exit_code == 1);
    CHECK_FALSE(std::filesystem::exists(ready));
}

TEST_CASE("start: the ready file tells the real address of every listener")
{
    const Daemon daemon;
    for (const std::size_t listener : {0u, 1u}) {
        REQUIRE(daemon.sunday_port(listener) != 0);
        CHECK(Client{daemon.sunday_port(listener)}.banner().contains("Welcome to Big Drink"));
    }
    CHECK_NOTHROW(Connection{daemon.boards_port()});
}

TEST_CASE("start: the ready file appears in one step, whole")
{
    Daemon daemon;
    daemon.stop();
    const Watch watch{daemon.folder()};
    daemon.start();
    CHECK(watch.seen_of("ready.json") == IN_MOVED_TO);
}

TEST_CASE("start: the service manager is told when everything listens, and when it ends")
{
    const NotifySocket manager;
    Daemon daemon;
    CHECK(manager.next() == "READY=1");
    CHECK(daemon.stop() == 0);
    CHECK(manager.next() == "STOPPING=1");
}

TEST_CASE("start: an address of :: serves IPv6 and IPv4")
{
    if (!Listening{AF_INET6}.works()) {
        WARN("skipped: this computer has no IPv6");
        return;
    }
    auto settings = small_house();
    settings["listen"]["sunday"][0]["address"] = "::";
    const Daemon daemon{settings};
    CHECK(first_line_over_v6(daemon.sunday_port()) == "Welcome to Big Drink\n");
    CHECK(Client{daemon.sunday_port()}.banner() == "Welcome to Big Drink\n");
}

TEST_CASE("start: after kill -9 every acknowledged drop is there")
{
    Daemon daemon{small_house(), {{.name = "alice", .credits = 500}}};
    {
        auto board = FakeBoard::online(daemon.boards_port(), "big");
        Client client{daemon.sunday_port()};
        client.log_in("alice");
        for (int drop = 0; drop < 3; ++drop) {
            client.send("DROP 1\n");
            board.drop(1);
            REQUIRE(client.line() == "OK:  Dropping drink\r\n");
        }
        daemon.kill9();
    }
    daemon.start();
    Client client{daemon.sunday_port()};
    client.log_in("alice");
    CHECK(client.ask("GETBALANCE") == "OK: 350\r\n");
    CHECK(client.ask("STAT 1") == "1 \"Coke\" 50 10 1\n");
    CHECK(daemon.run({"ledger", "verify"}).exit_code == 0);
}
