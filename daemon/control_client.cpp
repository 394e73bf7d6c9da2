#include "daemon/control_client.hpp"

#include "daemon/asio.hpp"
#include "daemon/ledger_commands.hpp"
#include "ledger/batch.hpp"
#include "ledger/lock.hpp"
#include "ledger/unusable.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sodium.h>

#include <array>
#include <chrono>
#include <pwd.h>
#include <thread>
#include <unistd.h>

namespace drinkd {
namespace {

using nlohmann::json;

constexpr std::size_t reply_bytes_max = 64 << 20;
// A daemon that is starting or ending holds the lock while its socket is not there.
constexpr std::chrono::seconds patience{10};
constexpr std::chrono::milliseconds look_again_after{50};

std::string random_id()
{
    std::array<unsigned char, 16> bytes{};
    randombytes_buf(bytes.data(), bytes.size());
    std::array<char, 2 * bytes.size() + 1> text{};
    return sodium_bin2hex(text.data(), text.size(), bytes.data(), bytes.size());
}

// Who sits at the console, also behind sudo. (A tool has one thread.)
std::string console_actor()
{
    const char* sudo_user = std::getenv("SUDO_USER");  // NOLINT(concurrency-mt-unsafe)
    if (sudo_user && *sudo_user) return "console:" + std::string{sudo_user};
    const auto* entry = ::getpwuid(::getuid());  // NOLINT(concurrency-mt-unsafe)
    return "console:" + (entry ? std::string{entry->pw_name} : std::to_string(::getuid()));
}

class OneChange final : public ledger::Operation {
public:
    explicit OneChange(const json& request) : request_{request} {}
    void run(ledger::Ledger& ledger) override { reply_ = carry_out(ledger, request_); }
    void fail() override { reply_.reset(); }
    std::optional<json>& reply() { return reply_; }

private:
    const json& request_;
    std::optional<json> reply_;
};

std::expected<json, std::string> change_here(const std::filesystem::path& file, const json& request)
{
    std::string fault = "nothing can be written to it";
    auto surroundings = ledger::default_surroundings();
    surroundings.report_fault = [&](std::string_view what) { fault = what; };
    ledger::Ledger ledger{file, std::move(surroundings)};
    OneChange change{request};
    std::array<ledger::Operation*, 1> operations{&change};
    const auto result = ledger::run_batch(ledger, operations);
    if (!result.unknown.empty()) {
        return std::unexpected{
            "the ledger " + file.string() + ": " + fault +
            "; whether the change was kept is not known: look before you repeat it"};
    }
    if (!change.reply()) return std::unexpected{"the ledger " + file.string() + ": " + fault};
    return *std::move(change.reply());
}

// Sends a line, and gives the one that comes back, or in words why none does.
Task<std::expected<std::string, std::string>> exchange(std::string path, std::string request)
{
    using Protocol = asio::local::stream_protocol;
    asio::basic_stream_socket<Protocol, Strand> socket{co_await asio::this_coro::executor};
    const Protocol::endpoint daemon{path};
    const auto [connect_error] = co_await socket.async_connect(daemon, use_tuple);
    if (connect_error) {
        co_return std::unexpected{
            fmt::format("the daemon cannot be reached at {}: {}", path, connect_error.message())};
    }
    auto [error, written] = co_await asio::async_write(socket, asio::buffer(request), use_tuple);
    std::string reply;
    if (!error) {
        const auto [read_error, size] = co_await asio::async_read_until(
            socket, asio::dynamic_buffer(reply, reply_bytes_max), '\n', use_tuple);
        error = read_error;
    }
    if (error) {
        co_return std::unexpected{
            fmt::format("the daemon hung up without an answer: {}", error.message())};
    }
    co_return reply;
}

}  // namespace

std::expected<json, std::string> ask_daemon(
    const config::Settings& settings, const json& request, std::chrono::milliseconds limit)
{
    std::exception_ptr failure;
    std::expected<std::string, std::string> reply =
        std::unexpected{"the daemon does not answer; what was asked for may be done all the same"};
    asio::io_context io;
    asio::co_spawn(
        asio::make_strand(io.get_executor()),
        exchange(settings.control_socket.string(), request.dump() + "\n"),
        [&](std::exception_ptr exception, std::expected<std::string, std::string> result) {
        failure = std::move(exception);
        reply = std::move(result);
        });
    io.run_for(limit);
    if (failure) std::rethrow_exception(failure);
    if (!reply) return std::unexpected{reply.error()};
    auto parsed = json::parse(*reply, nullptr, false);
    if (!parsed.is_object()) {
        return std::unexpected{std::string{"the daemon's answer is not understood"}};
    }
    return parsed;
}

std::expected<json, std::string> change_ledger(const config::Settings& settings, json request)
{
    request["id"] = random_id();
    request["actor"] = console_actor();
    const auto give_up = std::chrono::steady_clock::now() + patience;
    try {
        for (;;) {
            if (const auto lock = ledger::Lock::try_take(settings.ledger)) {
                return change_here(settings.ledger, request);
            }
            // The id makes it safe to ask again when an answer was lost.
            auto reply = ask_daemon(settings, request);
            if (reply || std::chrono::steady_clock::now() > give_up) return reply;
            std::this_thread::sleep_for(look_again_after);
        }
    } catch (const std::exception& error) {
        return std::unexpected{"the ledger " + settings.ledger.string() + ": " + error.what()};
    }
}

}  // namespace drinkd
