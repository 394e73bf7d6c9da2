#include "daemon/gateway.hpp"

#include "daemon/authenticator.hpp"
#include "daemon/board_session.hpp"
#include "daemon/connections.hpp"
#include "daemon/control_server.hpp"
#include "daemon/dispatcher.hpp"
#include "daemon/doubt_keeper.hpp"
#include "daemon/house.hpp"
#include "daemon/ledger_service.hpp"
#include "daemon/listener.hpp"
#include "daemon/log.hpp"
#include "daemon/machine_host.hpp"
#include "daemon/process.hpp"
#include "daemon/pruner.hpp"
#include "daemon/spawn.hpp"
#include "daemon/status.hpp"
#include "daemon/sunday_session.hpp"
#include "daemon/version.hpp"
#include "ledger/ledger.hpp"
#include "ledger/lock.hpp"
#include "ledger/unusable.hpp"
#include "protocol/tini_message.hpp"

#include <boost/asio/signal_set.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <deque>
#include <memory>
#include <thread>
#include <vector>

namespace drinkd {
namespace {

using namespace std::chrono_literals;

// How long drops in flight may take to settle when the daemon stops, at most.
constexpr std::chrono::milliseconds drain_max = 10s;
// How long everything may take to end once the boards' links were cut.
constexpr auto last_limit = 5s;

ledger::Lock take_lock(const std::filesystem::path& file)
{
    auto lock = ledger::Lock::try_take(file);
    if (!lock) throw ledger::Unusable{"another drinkd is using it"};
    return *std::move(lock);
}

// The ledger as it is at the start, before its thread takes it over.
struct Opened {
    ledger::Ledger ledger;
    std::vector<ledger::MachineKey> keys;  // In the order of the settings' machines.
    std::vector<protocol::DropId> doubts;
    std::vector<std::vector<protocol::DropId>> to_ask_about;  // By machine.
    std::vector<std::optional<ledger::Temperature>> temperatures;
};

Opened open_ledger(const config::Settings& settings)
{
    auto surroundings = ledger::default_surroundings();
    surroundings.report_fault = [](std::string_view what) {
        log::error("the ledger failed", {{"reason", what}});
    };
    ledger::Ledger ledger{settings.ledger, std::move(surroundings)};
    auto keys = ledger.take_settings(settings.machines);
    if (ledger.commit() != ledger::Ledger::Commit::kept) {
        throw ledger::Unusable{"nothing can be written to it"};
    }
    auto doubts = ledger.doubts();
    std::vector<std::vector<protocol::DropId>> to_ask_about;
    std::vector<std::optional<ledger::Temperature>> temperatures;
    for (const auto key : keys) {
        to_ask_about.push_back(ledger.doubts_to_ask_about(key));
        temperatures.push_back(ledger.last_temperature(key));
    }
    return {
        .ledger = std::move(ledger),
        .keys = std::move(keys),
        .doubts = std::move(doubts),
        .to_ask_about = std::move(to_ask_about),
        .temperatures = std::move(temperatures),
    };
}

// When something happened that the wall clock says was at `ms`, by the clock that nobody sets.
machines::Instant instant_of(std::int64_t ms)
{
    const std::chrono::system_clock::time_point at{std::chrono::milliseconds{ms}};
    const auto age = std::chrono::system_clock::now() - at;
    return std::chrono::steady_clock::now() -
           std::chrono::duration_cast<std::chrono::steady_clock::duration>(age);
}

SlotCatalog make_catalog(const Opened& opened)
{
    std::vector<std::vector<machines::Slot>> slots;
    for (const auto key : opened.keys) slots.push_back(opened.ledger.slots(key));
    return {opened.keys, std::move(slots)};
}

machines::MachineSetup setup_of(
    const config::Machine& machine, const config::Drops& drops, const Opened& opened,
    const SlotCatalog& catalog, std::size_t index)
{
    machines::MachineSetup setup;
    setup.queue_max = drops.queue_per_machine;
    setup.link.ack_timeout = drops.ack_timeout;
    setup.has_sensor = machine.board.sensor;
    setup.unsettled = opened.to_ask_about[index];
    catalog.read(index, [&](std::span<const machines::Slot> slots) {
        for (const auto& slot : slots) {
            setup.slots.push_back({.slot = slot.number, .sensor = slot.sensor});
        }
    });
    return setup;
}

nlohmann::json address_of(const Listener& listener)
{
    const auto endpoint = listener.local_endpoint();
    return {{"address", endpoint.address().to_string()}, {"port", endpoint.port()}};
}

std::int64_t seconds_since_1970()
{
    return std::chrono::duration_cast<std::chrono::seconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

// All parts of the running daemon, in the order in which they are built. Every coroutine has ended
// when they are destroyed: run() returns when the io_context has run out of work.
class Gateway {
public:
    explicit Gateway(const config::Settings& settings);

    void run(const std::optional<std::filesystem::path>& ready_file);

private:
    void open_listeners();
    nlohmann::json addresses() const;
    Task<> serve_until_signal();
    Task<> shut_down();
    template <class Ended>
    Task<bool> wait_until(Ended ended, std::chrono::milliseconds limit);

    const config::Settings& settings_;
    const config::Limits limits_;
    const ledger::Lock lock_;
    asio::io_context io_;
    Opened opened_;
    SlotCatalog catalog_;
    LedgerService ledger_;
    DoubtKeeper doubts_;
    Pruner pruner_;
    Dispatcher dispatcher_;
    Authenticator authenticator_;
    std::deque<MachineHost> machines_;
    const House house_;
    BoardRegister boards_;
    Connections connections_;
    std::deque<Listener> sunday_listeners_;
    std::deque<Listener> board_listeners_;
    ControlServer control_;
    Strand strand_;
    asio::basic_signal_set<Strand> signals_;
};

Gateway::Gateway(const config::Settings& settings)
    : settings_{settings},
      limits_{fit_descriptors(settings.limits, settings.machines.size())},
      lock_{take_lock(settings.ledger)},
      io_{static_cast<int>(settings.workers)},
      opened_{open_ledger(settings)},
      catalog_{make_catalog(opened_)},
      ledger_{
          std::move(opened_.ledger), io_,
          [this](const std::vector<ledger::ChangedSlot>& changed) {
    catalog_.update(changed);
          }},
doubts_{io_, ledger_, settings.drops.in_doubt_after, settings.drops.in_doubt_policy},
pruner_{io_, ledger_, settings.keep}, dispatcher_{ledger_, catalog_, doubts_},
authenticator_{io_, ledger_},
house_{
    .settings = settings,
    .ledger = ledger_,
    .catalog = catalog_,
    .dispatcher = dispatcher_,
    .authenticator = authenticator_,
    .machines = machines_,
    .started_at = seconds_since_1970(),
},
boards_{settings.machines, machines_}, connections_{io_, limits_},
control_{
    io_, settings.control_socket, ledger_, [this] { return daemon_status(house_, connections_); }},
strand_{asio::make_strand(io_.get_executor())}, signals_{strand_, SIGTERM, SIGINT}
{
    std::vector<Dispatcher::Place> places;
    for (std::size_t index = 0; index < settings.machines.size(); ++index) {
        const auto& machine = settings.machines[index];
        machines_.emplace_back(
            io_, index, machine.id, setup_of(machine, settings.drops, opened_, catalog_, index),
            catalog_, dispatcher_);
        if (const auto& last = opened_.temperatures[index]) {
            machines_.back().remember_temperature(last->fahrenheit, instant_of(last->at_ms));
        }
        places.push_back({.key = opened_.keys[index], .host = &machines_.back()});
    }
    dispatcher_.set_machines(std::move(places));
    open_listeners();
}

void Gateway::open_listeners()
{
    const auto too_many = [](protocol::Dialect dialect) {
        return protocol::format_refusal(protocol::Refusal::too_many_connections, dialect);
    };
    for (const auto& listener : settings_.listen.sunday) {
        sunday_listeners_.emplace_back(
            io_, listener.endpoint, connections_, too_many(listener.dialect),
            [this, &listener](Socket socket, Connections::Place place) {
            connections_.run(std::make_shared<SundaySession>(
                house_, listener, connections_.next_id(), std::move(socket), std::move(place)));
            });
    }
    for (const auto& endpoint : settings_.listen.boards) {
        board_listeners_.emplace_back(
            io_, endpoint, connections_, std::string{protocol::tini::login_refused},
            [this](Socket socket, Connections::Place place) {
            connections_.run(std::make_shared<BoardSession>(
                boards_, connections_.next_id(), std::move(socket), std::move(place)));
            });
    }
}

void Gateway::run(const std::optional<std::filesystem::path>& ready_file)
{
    for (const auto drop : opened_.doubts) doubts_.add(drop);
    if (!opened_.doubts.empty()) {
        log::warn("drops are in doubt", {{"doubts", opened_.doubts.size()}});
    }
    for (auto& listener : sunday_listeners_) listener.start();
    for (auto& listener : board_listeners_) listener.start();
    control_.start();
    connections_.start_sweeping();
    pruner_.start();
    spawn(strand_, serve_until_signal(), "waiting for signals");

    const auto listening = addresses();
    log::info(
        "ready", {{"version", version_text},
                  {"machines", settings_.machines.size()},
                  {"addresses", listening.dump()}});
    if (ready_file) write_ready_file(*ready_file, listening);
    notify_service_manager("READY=1");

    unblock_stop_signals();
    // What a handler throws ends the process here, not after what others still use is gone.
    const auto work = [this]() noexcept { io_.run(); };
    std::vector<std::jthread> workers;
    for (unsigned worker = 1; worker < settings_.workers; ++worker) workers.emplace_back(work);
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
    const auto [error, signal] = co_await signals_.async_wait(use_tuple);
    // A second signal has its default effect: the process ends at once.
    signals_.clear();
    log::info("stopping", {{"signal", signal}});
    co_await shut_down();
}

Task<> Gateway::shut_down()
{
    notify_service_manager("STOPPING=1");
    for (auto& listener : sunday_listeners_) listener.stop();
    for (auto& listener : board_listeners_) listener.stop();
    for (auto& machine : machines_) machine.stop();
    connections_.stop();
    authenticator_.stop();
    // Drops that were sent may still be answered, and settled.
    co_await wait_until(
        [this] {
        return connections_.count_of<SundaySession>() == 0 && dispatcher_.retries_under_way() == 0;
        },
        std::min(settings_.drops.ack_timeout, drain_max));
    dispatcher_.stop();
    doubts_.stop();
    pruner_.stop();
    control_.stop();
    for (auto& machine : machines_) machine.hang_up();
    const bool ended = co_await wait_until(
        [this] {
        return connections_.count() == 0 && dispatcher_.retries_under_way() == 0 && ledger_.idle();
        },
        last_limit);
    if (!ended) {
        // The ledger is right whenever the process ends; waiting for ever would be worse.
        log::error("ending without waiting any longer", {{"connections", connections_.count()}});
        log::flush();
        std::_Exit(EXIT_FAILURE);
    }
    connections_.stop_sweeping();
}

template <class Ended>
Task<bool> Gateway::wait_until(Ended ended, std::chrono::milliseconds limit)
{
    Timer timer{strand_};
    const auto give_up = std::chrono::steady_clock::now() + limit;
    do {
        // First of all, others get time to begin what they were just asked to do.
        timer.expires_after(10ms);
        co_await timer.async_wait(use_tuple);
        if (ended()) co_return true;
    } while (std::chrono::steady_clock::now() < give_up);
    co_return false;
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
