#include "support/terminal.hpp"

#include "support/wait.hpp"

#include <array>
#include <cerrno>
#include <poll.h>
#include <pty.h>
#include <stdexcept>
#include <system_error>
#include <termios.h>
#include <unistd.h>

namespace support {
namespace {

std::system_error failure(const char* what)
{
    return std::system_error{errno, std::generic_category(), what};
}

}  // namespace

Terminal::Terminal(const std::vector<std::string>& command)
{
    const winsize size{.ws_row = 24, .ws_col = 80, .ws_xpixel = 0, .ws_ypixel = 0};
    if (::openpty(&keys_, &line_, nullptr, nullptr, &size) != 0) throw failure("openpty");
    program_.emplace(
        command, Process::Streams{.in = line_, .out = line_, .err = line_, .terminal = true});
}

Terminal::~Terminal()
{
    program_.reset();
    ::close(keys_);
    ::close(line_);
}

void Terminal::type(std::string_view keys)
{
    if (::write(keys_, keys.data(), keys.size()) < 0) throw failure("typing");
}

std::string Terminal::wait_for(std::string_view text)
{
    auto found = screen_.find(text);
    while (found == std::string::npos) {
        if (!receive()) {
            throw std::runtime_error{
                "the screen has no \"" + std::string{text} + "\", but: " + screen_};
        }
        found = screen_.find(text);
    }
    const auto end = found + text.size();
    auto shown = screen_.substr(0, end);
    screen_.erase(0, end);
    return shown;
}

int Terminal::wait_for_end() { return program_->wait(patience); }

bool Terminal::echoes() const
{
    termios attributes{};
    if (::tcgetattr(line_, &attributes) != 0) throw failure("tcgetattr");
    return (attributes.c_lflag & static_cast<tcflag_t>(ECHO)) != 0;
}

bool Terminal::receive()
{
    constexpr auto limit = std::chrono::milliseconds{patience}.count();
    pollfd readable{.fd = keys_, .events = POLLIN, .revents = 0};
    if (::poll(&readable, 1, static_cast<int>(limit)) != 1) return false;
    std::array<char, 4'096> bytes;
    const auto size = ::read(keys_, bytes.data(), bytes.size());
    if (size <= 0) return false;
    screen_.append(bytes.data(), static_cast<std::size_t>(size));
    return true;
}

}  // namespace support
