#pragma once

#include "config/settings.hpp"
#include "daemon/address.hpp"
#include "daemon/world.hpp"

#include <boost/asio/post.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>

namespace drinkd {

/// What all connections have in common: an id, a strand, a time limit, and a polite end. A session
/// derives from this; its coroutine holds it, the registry knows it while it lives.
class Connection : public std::enable_shared_from_this<Connection> {
public:
    Connection(std::int64_t id, Strand strand) : id_{id}, strand_{std::move(strand)} {}
    Connection(const Connection&) = delete;
    virtual ~Connection() = default;

    std::int64_t id() const { return id_; }
    const Strand& strand() const { return strand_; }

    /// Serves the connection to its end, on its strand.
    virtual Task<> run() = 0;

    /// From any thread: on_deadline() will run on the strand if the time limit has passed.
    void check_deadline(Clock::time_point now);
    /// From any thread: on_stop() will run on the strand.
    void stop();

protected:
    /// On the strand: from then on the connection is late. A sweep finds out within a second.
    void set_deadline(Clock::duration from_now)
    {
        deadline_ = (Clock::now() + from_now).time_since_epoch().count();
    }
    void clear_deadline() { deadline_ = never; }
    /// The time limit passed. Called until the deadline is moved or the connection ends.
    virtual void on_deadline() = 0;
    /// The daemon is stopping: end as soon as what is under way is done.
    virtual void on_stop() = 0;

private:
    static constexpr Clock::rep never = Clock::duration::max().count();

    const std::int64_t id_;
    Strand strand_;
    std::atomic<Clock::rep> deadline_{never};
};

/// All connections: how many there may be, in all and from each address, and their time limits.
/// Any thread may call it.
class Connections {
public:
    Connections(asio::io_context& io, const config::Limits& limits);

    /// A place among the connections; given back when it is destroyed.
    class Place {
    public:
        Place(Connections& all, const tcp::endpoint& remote)
            : all_{&all}, remote_{remote}, address_{address_key(remote.address())}
        {
        }
        Place(Place&& other) noexcept
            : all_{std::exchange(other.all_, nullptr)},
              remote_{std::move(other.remote_)},
              address_{other.address_}
        {
        }
        Place& operator=(Place&&) = delete;
        ~Place();

        /// Where the connection comes from: as it is, and as far as limits are concerned.
        const tcp::endpoint& remote() const { return remote_; }
        const AddressKey& address() const { return address_; }

    private:
        Connections* all_;
        tcp::endpoint remote_;
        AddressKey address_;
    };

    /// Nothing when one more would be too many.
    std::optional<Place> admit(const tcp::endpoint& remote);

    /// Serves a session to its end on its strand, and knows it meanwhile.
    void run(std::shared_ptr<Connection> connection);

    /// Begins to look for connections that are late, once a second.
    void start_sweeping();
    /// Asks every connection to end, and every one that is added from now on.
    void stop();
    void stop_sweeping();

    std::int64_t next_id() { return ++last_id_; }
    std::size_t count() const;
    /// How many there are of a kind, by the type of their class.
    template <class Kind>
    std::size_t count_of() const
    {
        const std::scoped_lock lock{mutex_};
        std::size_t count = 0;
        for (const auto& [id, connection] : all_) count += dynamic_cast<Kind*>(connection) ? 1 : 0;
        return count;
    }

private:
    Task<> keep(std::shared_ptr<Connection> connection);
    Task<> sweep();

    const std::size_t max_;
    const std::size_t max_per_address_;
    std::atomic<std::int64_t> last_id_{0};
    Strand strand_;
    Timer timer_;
    bool sweeping_ = false;  // On the strand.

    mutable std::mutex mutex_;                 // Guards what follows.
    std::map<std::int64_t, Connection*> all_;  // By their ids: asked in the order of their age.
    std::unordered_map<AddressKey, std::size_t, AddressKeyHash> places_;
    std::size_t places_taken_ = 0;
    bool stopping_ = false;
};

}  // namespace drinkd
