#include "support/client.hpp"

#include <stdexcept>

namespace support {

std::string ibutton_of(std::string_view name)
{
    constexpr std::string_view digits = "0123456789ABCDEF";
    constexpr std::size_t size = 16;
    std::string id;
    for (const char letter : name.substr(0, size / 2)) {
        const auto byte = static_cast<unsigned char>(letter);
        id += digits[byte / 16];
        id += digits[byte % 16];
    }
    id.resize(size, '0');
    return id;
}

Client::Client(std::uint16_t port, const std::string& from)
    : Connection{port, from}, banner_{reply()}
{
}

std::string Client::ask(std::string_view command)
{
    send(std::string{command} + '\n');
    return line();
}

void Client::log_in(std::string_view name)
{
    const auto reply = ask("IBUTTON " + ibutton_of(name));
    if (!reply.starts_with("OK")) throw std::runtime_error{"the login was refused: " + reply};
}

}  // namespace support
