#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace support {

/// A TCP connection to a port of this host, driven byte by byte. Whatever is waited for must come
/// within patience: reading throws TooLate when it does not, and tells what came instead.
class Connection {
public:
    /// `from` is the address of this host that it comes from, one of 127.0.0.0/8.
    explicit Connection(std::uint16_t port, const std::string& from = "127.0.0.1");
    Connection(Connection&& other) noexcept;
    Connection& operator=(Connection&&) = delete;
    ~Connection();

    void send(std::string_view bytes);

    /// Sends until all is sent or the other side has hung up; tells whether all was sent.
    bool try_send(std::string_view bytes);

    /// The next bytes up to and with the next LF.
    std::string line();

    /// Exactly so many bytes.
    std::string read(std::size_t size);

    /// The whole reply to what was sent last, which must come as one segment: programs of members
    /// take one read for one reply. Throws when it came in pieces, or with something else.
    std::string reply();

    /// Reads as many bytes as these are, and throws unless they are these.
    void expect(std::string_view bytes);

    /// Sends that again and again until the other side takes no more of it, because nobody reads
    /// what it answers.
    void flood(std::string_view bytes);

    /// Waits until the other side has hung up, and gives what it said before.
    std::string rest();

    /// Says that nothing more will be sent; reading goes on.
    void end_sending();

    /// Breaks the connection: the other side gets an error instead of an end of file.
    void reset();

private:
    bool receive();  // Appends what comes to received_; false at the end.
    std::uint32_t segments() const;

    int socket_ = -1;
    std::string received_;
    std::uint32_t segments_before_ = 0;  // How many had come when something was sent last.
};

}  // namespace support
