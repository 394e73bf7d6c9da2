#include "daemon/connections.hpp"

#include "daemon/spawn.hpp"

namespace drinkd {

void Connection::check_deadline(Clock::time_point now)
{
    if (now.time_since_epoch().count() < deadline_) return;
    // The registry calls this under its lock, so the connection is alive; its coroutine may end
    // before the handler runs, which then does nothing that anybody could see.
    asio::post(strand_, [self = weak_from_this()] {
        const auto connection = self.lock();
        if (connection && Clock::now().time_since_epoch().count() >= connection->deadline_) {
            connection->on_deadline();
        }
    });
}

void Connection::stop()
{
    asio::post(strand_, [self = weak_from_this()] {
        if (const auto connection = self.lock()) connection->on_stop();
    });
}

Connections::Connections(asio::io_context& io, const config::Limits& limits)
    : max_{limits.connections},
      max_per_address_{limits.connections_per_address},
      strand_{asio::make_strand(io.get_executor())},
      timer_{strand_}
{
}

Connections::Place::~Place()
{
    if (!all_) return;
    const std::scoped_lock lock{all_->mutex_};
    --all_->places_taken_;
    const auto places = all_->places_.find(address_);
    if (--places->second == 0) all_->places_.erase(places);
}

std::optional<Connections::Place> Connections::admit(const tcp::endpoint& remote)
{
    const std::scoped_lock lock{mutex_};
    if (stopping_ || (max_ != 0 && places_taken_ >= max_)) return std::nullopt;
    auto& places = places_[address_key(remote.address())];
    if (max_per_address_ != 0 && places >= max_per_address_) return std::nullopt;
    ++places;
    ++places_taken_;
    return Place{*this, remote};
}

void Connections::run(std::shared_ptr<Connection> connection)
{
    const auto strand = connection->strand();
    spawn(strand, keep(std::move(connection)), "serving a connection");
}

Task<> Connections::keep(std::shared_ptr<Connection> connection)
{
    // Known as long as this coroutine runs, even if the session should throw.
    struct Known {
        Connections& all;
        Connection& connection;

        Known(Connections& everyone, Connection& one) : all{everyone}, connection{one}
        {
            const std::scoped_lock lock{all.mutex_};
            all.all_.emplace(connection.id(), &connection);
            if (all.stopping_) connection.stop();
        }
        Known(const Known&) = delete;
        ~Known()
        {
            const std::scoped_lock lock{all.mutex_};
            all.all_.erase(connection.id());
        }
    };
    const Known known{*this, *connection};
    co_await connection->run();
}

void Connections::start_sweeping() { spawn(strand_, sweep(), "sweeping connections"); }

void Connections::stop()
{
    const std::scoped_lock lock{mutex_};
    stopping_ = true;
    for (const auto& [id, connection] : all_) connection->stop();
}

void Connections::stop_sweeping()
{
    asio::dispatch(strand_, [this] {
        sweeping_ = false;
        timer_.cancel();
    });
}

std::size_t Connections::count() const
{
    const std::scoped_lock lock{mutex_};
    return all_.size();
}

Task<> Connections::sweep()
{
    sweeping_ = true;
    while (sweeping_) {
        timer_.expires_after(std::chrono::seconds{1});
        co_await timer_.async_wait(use_tuple);
        const auto now = Clock::now();
        const std::scoped_lock lock{mutex_};
        for (const auto& [id, connection] : all_) connection->check_deadline(now);
    }
}

}  // namespace drinkd
