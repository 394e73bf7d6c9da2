#pragma once

#include "daemon/asio.hpp"
#include "daemon/ledger_service.hpp"

#include <boost/asio/local/stream_protocol.hpp>
#include <nlohmann/json_fwd.hpp>

#include <filesystem>
#include <functional>
#include <set>

namespace drinkd {

/// Serves the command line tools of this computer on a Unix socket that only its owner may use: one
/// line of JSON asks, one answers. Changes of the ledger are ledger_commands'; `status` tells what
/// the daemon is doing.
class ControlServer {
public:
    using Status = std::function<Task<nlohmann::json>()>;

    /// Opens the socket; one that a crashed daemon left is replaced, since the ledger's lock is
    /// held by now. Throws std::runtime_error.
    ControlServer(
        asio::io_context& io, std::filesystem::path path, LedgerService& ledger, Status status);
    ~ControlServer();

    void start();
    void stop();

private:
    using Protocol = asio::local::stream_protocol;
    using Acceptor = asio::basic_socket_acceptor<Protocol, Strand>;
    using Peer = asio::basic_stream_socket<Protocol, Strand>;

    Task<> accept_all();
    Task<> serve(Peer peer);
    Task<nlohmann::json> answer(std::string_view line);

    Strand strand_;
    const std::filesystem::path path_;
    Acceptor acceptor_;
    LedgerService& ledger_;
    const Status status_;
    std::set<Peer*> peers_;  // On the strand, like the next.
    bool stopped_ = false;
};

}  // namespace drinkd
