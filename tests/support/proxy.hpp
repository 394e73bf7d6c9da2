#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace support {

/// A network that a test can spoil: it listens on a port of its own, and passes on what comes to
/// another port, and back.
class Proxy {
public:
    enum class Way { to_server, to_client };

    explicit Proxy(std::uint16_t server);
    Proxy(const Proxy&) = delete;
    Proxy& operator=(const Proxy&) = delete;
    ~Proxy();

    std::uint16_t port() const;

    /// From now on all that comes is passed on so much later.
    void delay(std::chrono::milliseconds time);

    /// The connections that there are pass nothing on any more, not even their end: each side
    /// believes that the other is there and silent. New ones work.
    void freeze();
    /// They go on, and what came meanwhile arrives.
    void thaw();

    /// Breaks the connections that there are.
    void cut();
    /// Lets so many bytes more pass that way, of whichever connection, and breaks the one that has
    /// more to say.
    void cut_after(Way way, std::size_t bytes);

private:
    class Wires;
    std::unique_ptr<Wires> wires_;
};

}  // namespace support
