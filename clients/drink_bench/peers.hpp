#pragma once

#include "clients/drink_bench/event_loop.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

/// Who takes part in a run, as the run sees them: it does not know what protocol they speak.
namespace drink_bench {

/// Somebody with a connection.
class Peer {
public:
    virtual ~Peer() = default;

    /// Connects and logs in, with the source of that number. PeerEvents tell the rest.
    virtual void set_up(std::size_t source) = 0;
};

/// A peer that sends a request when it is told to, one at a time.
class Requester : public Peer {
public:
    virtual bool is_free() const = 0;
    /// Only when it is free. `due` is when the request was to begin, which may be long ago.
    virtual void begin(Time due) = 0;
    /// Since when its request has been due, while it is under way.
    virtual std::optional<Time> pending_since() const = 0;
};

/// What peers tell their run.
class PeerEvents {
public:
    /// A peer is logged in, as far as it was to be, after so long.
    virtual void on_set_up(Clock::duration took) = 0;
    /// A peer is of no use any more: it was refused, or disconnected. Why, as a sentence.
    virtual void on_gone(const std::string& why) = 0;
    /// A request was answered, with 0 for OK and else the code; it was due then.
    virtual void on_answer(std::size_t requester, Time due, int code) = 0;
    /// It can begin with its next request.
    virtual void on_free(Requester& requester) = 0;

protected:
    ~PeerEvents() = default;
};

}  // namespace drink_bench
