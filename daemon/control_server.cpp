#include "daemon/control_server.hpp"

#include "daemon/ledger_commands.hpp"
#include "daemon/log.hpp"
#include "daemon/spawn.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <nlohmann/json.hpp>

#include <sys/stat.h>

namespace drinkd {
namespace {

using nlohmann::json;

constexpr std::size_t request_bytes_max = 65'536;
constexpr std::size_t peers_max = 64;
constexpr std::chrono::seconds peer_limit{10};

// For the log. Empty when it is anything but a text: values can be nested so deeply that the stack
// would not do to write them.
std::string text_of(const json& request, const char* name)
{
    const auto found = request.find(name);
    if (found == request.end() || !found->is_string()) return {};
    return protocol::printable(found->get_ref<const std::string&>());
}

}  // namespace

ControlServer::ControlServer(
    asio::io_context& io, std::filesystem::path path, LedgerService& ledger, Status status)
    : strand_{asio::make_strand(io.get_executor())},
      path_{std::move(path)},
      acceptor_{strand_},
      ledger_{ledger},
      status_{std::move(status)}
{
    error_code error;
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
    acceptor_.open(Protocol{}, error);
    // Between bind and chmod nobody else may connect either.
    const auto mask = ::umask(0177);
    if (!error) acceptor_.bind(Protocol::endpoint{path_.string()}, error);
    ::umask(mask);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (error) {
        throw std::runtime_error{
            "cannot open the control socket " + path_.string() + ": " + error.message()};
    }
}

ControlServer::~ControlServer()
{
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
}

void ControlServer::start() { spawn(strand_, accept_all(), "accepting tools"); }

void ControlServer::stop()
{
    asio::dispatch(strand_, [this] {
        stopped_ = true;
        error_code ignored;
        acceptor_.close(ignored);
        for (auto* peer : peers_) peer->close(ignored);
    });
}

Task<> ControlServer::accept_all()
{
    Timer pause{strand_};
    while (!stopped_) {
        auto [error, peer] = co_await acceptor_.async_accept(strand_, use_tuple);
        if (stopped_) break;
        if (error || peers_.size() >= peers_max) {
            pause.expires_after(std::chrono::milliseconds{100});
            co_await pause.async_wait(use_tuple);
            continue;
        }
        spawn(strand_, serve(std::move(peer)), "serving a tool");
    }
}

Task<> ControlServer::serve(Peer peer)
{
    peers_.insert(&peer);
    Timer limit{strand_, peer_limit};
    limit.async_wait([&peer](error_code error) {
        error_code ignored;
        if (!error) peer.close(ignored);
    });
    std::string request;
    const auto [read_error, size] = co_await asio::async_read_until(
        peer, asio::dynamic_buffer(request, request_bytes_max), '\n', use_tuple);
    if (!read_error) {
        const auto answered = co_await answer(std::string_view{request}.substr(0, size));
        const auto reply = answered.dump() + "\n";
        co_await asio::async_write(peer, asio::buffer(reply), use_tuple);
    }
    // A handler of the timer that is already queued must not find the socket gone.
    limit.cancel();
    co_await asio::post(strand_, use_task);
    peers_.erase(&peer);
}

Task<json> ControlServer::answer(std::string_view line)
{
    const auto request = json::parse(line, nullptr, false);
    if (!request.is_object()) {
        json reply = {{"ok", false}, {"error", "the request is not a JSON object"}};
        co_return reply;
    }
    const auto command = text_of(request, "command");
    if (command == "status") co_return co_await status_();
    auto reply =
        co_await ledger_.run([&](ledger::Ledger& ledger) { return carry_out(ledger, request); });
    if (!reply) {
        json failed = {{"ok", false}, {"error", protocol::describe(reply.error())}};
        co_return failed;
    }
    log::info(
        "control command", {{"command", command},
                            {"actor", text_of(request, "actor")},
                            {"done", reply->value("ok", false)}});
    co_return *std::move(reply);
}

}  // namespace drinkd
