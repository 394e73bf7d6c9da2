#include "daemon/board_session.hpp"

#include "daemon/log.hpp"
#include "daemon/receive.hpp"
#include "protocol/tini_message.hpp"

#include <boost/asio/co_spawn.hpp>
#include <sodium.h>

#include <ranges>

namespace drinkd {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t line_bytes_max = 4'096;
// Boards say who they are at once.
constexpr auto login_limit = 10s;

std::array<unsigned char, 32> random_key()
{
    std::array<unsigned char, 32> key{};
    randombytes_buf(key.data(), key.size());
    return key;
}

}  // namespace

BoardRegister::BoardRegister(
    const std::vector<config::Machine>& machines, std::deque<MachineHost>& hosts)
    : machines_{machines}, hosts_{hosts}, key_{random_key()}
{
    for (std::size_t index = 0; index < machines.size(); ++index) {
        by_password_[digest_of(machines[index].board.password)].push_back(index);
    }
}

std::optional<BoardRegister::Found> BoardRegister::find(
    const protocol::tini::Login& login, const asio::ip::address& address)
{
    const auto whole = digest_of(login.password);
    // The guard keeps one row per password that is tried, so that one board with a wrong password
    // does not hold up the others behind the same address.
    const auto row = std::to_string(*reinterpret_cast<const std::uint64_t*>(whole.data()));
    const auto key = address_key(address);
    const auto now = Clock::now();
    const auto verdict = guard_.may_try(key, row, now);
    const auto* compare = std::get_if<LoginGuard::Compare>(&verdict);
    if (!compare || compare->pause.count() > 0) return std::nullopt;

    // Both are always compared. The whole goes first: a password may end as an offer does.
    const auto before_offer = login.password_before_offer();
    auto* plain = find_host(whole, address);
    auto* offering = find_host(digest_of(before_offer.value_or("")), address);
    const bool tini2 = !plain && before_offer && offering;
    if (!plain && !tini2) {
        guard_.wrong(key, row, now);
        return std::nullopt;
    }
    guard_.right(key, row);
    if (tini2) return Found{.host = offering, .protocol = BoardProtocol::tini2};
    return Found{.host = plain, .protocol = BoardProtocol::tini};
}

MachineHost* BoardRegister::find_host(const Digest& password, const asio::ip::address& address)
{
    const auto same_password = by_password_.find(password);
    if (same_password == by_password_.end()) return nullptr;
    const auto bytes = address_bytes(address);
    for (const auto index : same_password->second) {
        const auto& ranges = machines_[index].board.addresses;
        const bool from_here =
            ranges.empty() ||
            std::ranges::any_of(ranges, [&](const auto& range) { return range.contains(bytes); });
        if (from_here) return &hosts_[index];
    }
    return nullptr;
}

BoardRegister::Digest BoardRegister::digest_of(std::string_view password) const
{
    Digest digest{};
    crypto_generichash(
        digest.data(), digest.size(), reinterpret_cast<const unsigned char*>(password.data()),
        password.size(), key_.data(), key_.size());
    return digest;
}

BoardSession::BoardSession(
    BoardRegister& boards, std::int64_t id, Socket socket, Connections::Place place)
    : Connection{id, socket.get_executor()},
      boards_{boards},
      socket_{std::move(socket)},
      place_{std::move(place)},
      framer_{line_bytes_max}
{
}

Task<> BoardSession::run()
{
    peer_ = describe(place_.remote());
    std::string machine = "none";
    set_deadline(login_limit);
    const auto line = co_await read_login();
    clear_deadline();
    if (line) {
        const auto message = protocol::tini::parse_board_message(*line);
        const auto* login = std::get_if<protocol::tini::Login>(&message);
        const auto found = login ? boards_.find(*login, place_.remote().address()) : std::nullopt;
        if (found) {
            machine = found->host->id();
            reason_ = co_await serve(*found);
        } else {
            reason_ = login ? "wrong password or address" : "sent something else than a login";
            refuse();
        }
    }
    error_code ignored;
    socket_.close(ignored);
    log::info(
        "board connection ended",
        {{"session", id()}, {"machine", machine}, {"address", peer_}, {"reason", reason_}});
}

Task<std::optional<std::string>> BoardSession::read_login()
{
    for (;;) {
        if (const auto line = framer_.next_line()) co_return std::string{*line};
        if (framer_.overflowed()) {
            reason_ = "sent a line that is too long";
            refuse();
            co_return std::nullopt;
        }
        const auto [wait_error] = co_await socket_.async_wait(Socket::wait_read, use_tuple);
        if (wait_error) co_return std::nullopt;
        if (receive(socket_, framer_)) co_return std::nullopt;
    }
}

Task<std::string_view> BoardSession::serve(BoardRegister::Found found)
{
    auto& host = *found.host;
    // From here on the link is the machine's, and all that touches it runs on the machine's strand.
    auto moved = move_to(host.strand(), std::move(socket_));
    if (!moved) co_return "the connection is broken";
    auto serving = host.serve(std::move(*moved), std::move(framer_), peer_, found.protocol);
    const auto end = co_await asio::co_spawn(host.strand(), std::move(serving), use_task);
    co_return machines::describe(end);
}

void BoardSession::refuse()
{
    error_code ignored;
    socket_.send(asio::buffer(protocol::tini::login_refused), 0, ignored);
}

void BoardSession::on_deadline()
{
    reason_ = "did not log in in time";
    error_code ignored;
    socket_.cancel(ignored);
}

// A board that is logged in stays until its machine hangs up: its drop may be under way.
void BoardSession::on_stop()
{
    reason_ = "the daemon is stopping";
    error_code ignored;
    socket_.cancel(ignored);
}

}  // namespace drinkd
