#pragma once

#include "clients/drink_bench/connection.hpp"

#include <boost/intrusive/list.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace drink_bench {

class Relay;
class RelayBoard;

using WaitsForBoard =
    boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

/// A member at the relay. Waits in its board's queue by itself, so that no drop allocates anything.
class RelayMember final : public LineConnection, public WaitsForBoard {
public:
    RelayMember(EventLoop& loop, Relay& relay, int socket);

    /// What the board is sent for its drop: `3` and the slot.
    std::string_view request() const { return request_; }
    /// Its drop has ended.
    void end_drop(std::string_view reply);

private:
    void on_line(std::string_view line) override;
    void on_lost(std::string_view why) override;
    void drop(std::string_view slot);
    void leave();

    Relay& relay_;
    std::uint32_t machine_ = 0;
    RelayBoard* board_ = nullptr;  ///< Where its drop is.
    std::string request_;
};

/// A board at the relay, with the members that wait for it.
class RelayBoard final : public LineConnection {
public:
    RelayBoard(EventLoop& loop, Relay& relay, int socket);

    void drop(RelayMember& member);
    /// The member is gone. Its drop goes on, if it was sent.
    void forget(RelayMember& member);

private:
    void on_line(std::string_view line) override;
    void on_lost(std::string_view why) override;
    void end_drop(std::string_view reply);
    void send_next();

    Relay& relay_;
    std::uint32_t number_ = 0;
    bool busy_ = false;               ///< A drop is with the board,
    RelayMember* current_ = nullptr;  ///< of this member, if it is still there.
    boost::intrusive::list<RelayMember, boost::intrusive::constant_time_size<false>> waiting_;
};

}  // namespace drink_bench
