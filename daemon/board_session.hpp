#pragma once

#include "daemon/connections.hpp"
#include "daemon/login_guard.hpp"
#include "daemon/machine_host.hpp"
#include "protocol/line_framer.hpp"
#include "protocol/tini_message.hpp"

#include <array>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace drinkd {

/// Which machine a board belongs to.
class BoardRegister {
public:
    BoardRegister(const std::vector<config::Machine>& machines, std::deque<MachineHost>& hosts);

    /// The machine with that password whose board may come from that address, and the protocol
    /// that the board offered; nothing when there is none. The time that it takes tells nothing of
    /// the right passwords; too many wrong ones from one address are not looked at any more.
    struct Found {
        MachineHost* host = nullptr;
        BoardProtocol protocol{};
    };
    std::optional<Found> find(const protocol::tini::Login& login, const asio::ip::address& address);

private:
    using Digest = std::array<unsigned char, 32>;
    Digest digest_of(std::string_view password) const;
    MachineHost* find_host(const Digest& password, const asio::ip::address& address);

    const std::vector<config::Machine>& machines_;
    std::deque<MachineHost>& hosts_;
    // Drawn at the start: where a wrong password is looked for says nothing to anybody without it.
    const std::array<unsigned char, 32> key_;
    std::map<Digest, std::vector<std::size_t>> by_password_;  // Indices of machines.
    LoginGuard guard_;
};

/// One connection to a boards' port: until its login here, from then on with its machine's host.
class BoardSession final : public Connection {
public:
    BoardSession(BoardRegister& boards, std::int64_t id, Socket socket, Connections::Place place);

    Task<> run() override;

private:
    /// The first line, or why there is none.
    Task<std::optional<std::string>> read_login();
    /// Hands the connection to the machine and waits for its end.
    Task<std::string_view> serve(BoardRegister::Found found);
    void refuse();
    void on_deadline() override;
    void on_stop() override;

    BoardRegister& boards_;
    Socket socket_;
    Connections::Place place_;
    protocol::LineFramer framer_;
    std::string peer_;
    std::string_view reason_ = "hung up before its login";
};

}  // namespace drinkd
