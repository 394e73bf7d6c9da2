#include "daemon/gateway.hpp"

#include "daemon/control_server.hpp"
#include "daemon/house.hpp"
#include "daemon/listener.hpp"
#include "daemon/log.hpp"
#include "daemon/process.hpp"
#include "daemon/spawn.hpp"
#include "daemon/status.hpp"
#include "daemon/version.hpp"
#include "ledger/lock.hpp"
#include "ledger/unusable.hpp"
#include "protocol/codes.hpp"
#include "protocol/tini_message.hpp"

#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <deque>
#include <string_view>
#include <system_error>
#include <thread>
#include <vector>

namespace drinkd {
namespace {

ledger::Lock take_lock(const std::filesystem::path& file)
{
    auto lock = ledger::Lock::try_take(file);
    if (!lock) throw ledger::Unusable{"another drinkd is using it"};
    return *std::move(lock);
}

nlohmann::json address_of(const Listener& listener)
{
    const auto endpoint = listener.local_endpoint();
    return {{"address", endpoint.address().to_string()}, {"port", endpoint.port()}};
}

// For when waiting in order would last for ever. The ledger is right whenever the process ends.
[[noreturn]] void end_at_once(std::string_view why, log::Fields details)
{
    log::error(why, details);
    log::flush();
    std::_Exit(EXIT_FAILURE);
}

// The house and its doors, in the order in which they are built. Every coroutine has ended when
// they are destroyed: run() returns when the io_context has run out of work.
class Gateway {
public:
    explicit Gateway(const config::Settings& settings);

    void run(const std::optional<std::filesystem::path>& ready_file);

private:
    void open_listeners();
    nlohmann::json addresses() const;
    Task<> serve_until_signal();
    Task<> shut_down();

    const config::Settings& settings_;
    const ledger::Lock lock_;
    asio::io_context io_;
    House house_;
    std::deque<Listener> sunday_listeners_;
    std::deque<Listener> board_listeners_;
    ControlServer control_;
    Strand strand_;
    asio::posix::basic_stream_descriptor<Strand> stop_signals_;
};

Gateway::Gateway(const config::Settings& settings)
    : settings_{settings},
      lock_{take_lock(settings.ledger)},
      io_{static_cast<int>(settings.workers)},
      house_{io_, settings, fit_descriptors(settings.limits, settings.machines.size())},
      control_{
          io_, settings.control_socket, house_.ledger,
          [this] {
    return daemon_status(house_);
          }},
strand_{asio::make_strand(io_.get_executor())}, stop_signals_{strand_, open_stop_signals()}
{
    open_listeners();
}

void Gateway::open_listeners()
{
    const auto too_many = [](protocol::Dialect dialect) {
        return protocol::format_refusal(protocol::Refusal::too_many_connections, dialect);
    };
    for (const auto& listener : settings_.listen.sunday) {
        sunday_listeners_.emplace_back(
            io_, listener.endpoint, house_.connections, too_many(listener.dialect),
            [this, &listener](Socket socket, Connections::Place place) {
            house_.serve_member(listener, std::move(socket), std::move(place));
            });
    }
    for (const auto& endpoint : settings_.listen.boards) {
        board_listeners_.emplace_back(
            io_, endpoint, house_.connections, std::string{protocol::tini::login_refused},
            [this](Socket socket, Connections::Place place) {
            house_.serve_board(std::move(socket), std::move(place));
            });
    }
}

void Gateway::run(const std::optional<std::filesystem::path>& ready_file)
{
    house_.ledger.start();
    house_.start();
    for (auto& listener : sunday_listeners_) listener.start();
    for (auto& listener : board_listeners_) listener.start();
    control_.start();
    spawn(strand_, serve_until_signal(), "waiting for signals");

    const auto listening = addresses();
    log::info(
        "ready", {{"version", version_text},
                  {"machines", settings_.machines.size()},
                  {"addresses", listening.dump()}});
    if (ready_file) write_ready_file(*ready_file, listening);
    notify_service_manager("READY=1");

    // What a handler throws ends the process here, not after what others still use is gone.
    const auto work = [this]() noexcept { io_.run(); };
    std::vector<std::jthread> workers;
    try {
        for (unsigned worker = 1; worker < settings_.workers; ++worker) workers.emplace_back(work);
    } catch (const std::system_error& error) {
        // Those that run would be waited for, and they serve for ever.
        end_at_once("cannot start all workers", {{"error", error.what()}});
    }
    work();
}

nlohmann::json Gateway::addresses() const
{
    auto result = nlohmann::json{{"sunday", nlohmann::json::array()}};
    result["boards"] = nlohmann::json::array();
    for (std::size_t index = 0; index < sunday_listeners_.size(); ++index) {
        const auto& listener = settings_.listen.sunday[index];
        auto entry = address_of(sunday_listeners_[index]);
        entry["dialect"] = listener.dialect == protocol::Dialect::js ? "js" : "classic";
        entry["machine"] = settings_.machines[listener.machine].id;
        result["sunday"].push_back(std::move(entry));
    }
    for (const auto& listener : board_listeners_) result["boards"].push_back(address_of(listener));
    return result;
}

Task<> Gateway::serve_until_signal()
{
    co_await stop_signals_.async_wait(asio::posix::descriptor_base::wait_read, use_tuple);
    const int signal = take_stop_signal(stop_signals_.native_handle());
    stop_signals_.close();
    log::info("stopping", {{"signal", signal}});
    co_await shut_down();
}

Task<> Gateway::shut_down()
{
    notify_service_manager("STOPPING=1");
    for (auto& listener : sunday_listeners_) listener.stop();
    for (auto& listener : board_listeners_) listener.stop();
    co_await house_.drain();
    control_.stop();
    if (co_await house_.close()) co_return;
    end_at_once("ending without waiting any longer", {{"connections", house_.connections.count()}});
}

}  // namespace

void serve(const config::Settings& settings, const std::optional<std::filesystem::path>& ready_file)
{
    try {
        Gateway gateway{settings};
        gateway.run(ready_file);
    } catch (const ledger::Unusable& error) {
        throw std::runtime_error{"the ledger " + settings.ledger.string() + ": " + error.what()};
    }
    log::info("stopped");
}

}  // namespace drinkd
