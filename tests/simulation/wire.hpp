#pragma once

#include "protocol/words.hpp"
#include "simulation/dice.hpp"

#include <boost/system/error_code.hpp>

#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace simulation {

using boost::system::error_code;
using protocol::DropId;

/// A connection in memory between the daemon and a peer. Bytes are first on their way, and arrive
/// in pieces when the network lets them. The daemon's end is used through drinkd::Socket.
class Wire {
public:
    enum class Wait { read, write, error };
    using Waiter = std::move_only_function<void(error_code)>;

    // --- The daemon's end -----------------------------------------------------------------------

    std::size_t send(std::string_view bytes, error_code& error);
    std::size_t receive(std::span<char> bytes, error_code& error);
    std::size_t available() const { return to_daemon_.arrived.size(); }
    /// `waiter` is called once, with or without an error, and maybe at once.
    void wait(Wait what, Waiter waiter);
    void cancel();
    void close();
    bool was_reset() const { return reset_; }

    // --- The peer's end -------------------------------------------------------------------------

    void write(std::string_view bytes);
    /// What has arrived since the last call.
    std::string read();
    /// The daemon has closed it or it broke, and everything from before has been read.
    bool ended() const;
    /// Closes it; the daemon reads what was written, and then the end.
    void hang_up();
    /// Breaks it: the daemon's next use of it fails.
    void break_off();
    /// What is written from now on arrives nowhere, and nobody is told.
    void cut() { cut_ = true; }
    /// How much the daemon can write ahead of what the peer has read.
    void set_room(std::size_t bytes) { room_ = bytes; }

    // --- The network ----------------------------------------------------------------------------

    bool has_bytes_on_the_way() const;
    /// Lets some of what is on its way arrive.
    void deliver_some(Dice& dice);
    /// The daemon's process is gone. Whatever still uses the daemon's end reaches nobody.
    void lose_daemon(bool peer_is_told);

    /// The daemon's end of it is no more, whether or not the peer knows.
    bool is_lost() const { return daemon_lost_; }
    /// How much the daemon has sent in all.
    std::size_t sent() const { return sent_; }
    /// A drop as the daemon tells of it. (A plain line carries no id.)
    struct SentDrop {
        DropId drop{};
        int slot = 0;
    };
    /// Those whose lines are on their way to the board, in order.
    std::deque<SentDrop> drops_sent;
    /// The drop's line is what the daemon sends next, on whichever wire.
    static void announce(std::optional<SentDrop> drop) { announced_ = drop; }
    /// No time passes while bytes are on the way: after a pause, half a line of a member is taken
    /// for a whole one of an old client.
    bool prompt = false;

private:
    struct Direction {
        std::string on_the_way;
        std::string arrived;
        bool closed = false;  // Behind all bytes.
        bool end_arrived = false;

        bool moves() const { return !on_the_way.empty() || (closed && !end_arrived); }
        void move(std::size_t bytes);
    };

    bool readable() const;
    bool writable() const;
    void wake_ready();
    static void wake(Waiter& waiter, error_code error);

    inline static std::optional<SentDrop> announced_;

    Direction to_daemon_;
    Direction to_peer_;
    Waiter reader_;
    Waiter writer_;
    Waiter error_waiter_;
    std::size_t sent_ = 0;
    std::size_t room_ = 65'536;
    bool closed_ = false;  // By the daemon.
    bool reset_ = false;
    bool cut_ = false;
    bool daemon_lost_ = false;
    bool peer_gone_ = false;
};

}  // namespace simulation
