#include "clients/drink/password.hpp"

#include <fmt/format.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <optional>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

namespace drink {
namespace {

// The user's terminal with its echo off and Ctrl-C noticed but not deadly, for as long as this
// lives, so that the echo comes back whatever happens. Ctrl-C is held back until a line is waited
// for: before that it would end no wait.
class SilentTerminal {
public:
    SilentTerminal() : descriptor_{open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)}
    {
        if (descriptor_ < 0 || tcgetattr(descriptor_, &attributes_) != 0) return;
        sigset_t interrupt;
        sigemptyset(&interrupt);
        sigaddset(&interrupt, SIGINT);
        pthread_sigmask(SIG_BLOCK, &interrupt, &signals_);
        struct sigaction notice {};
        notice.sa_handler = [](int) {};
        sigaction(SIGINT, &notice, &interrupt_action_);
        auto silent = attributes_;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        silenced_ = tcsetattr(descriptor_, TCSAFLUSH, &silent) == 0;
        if (!silenced_) give_signals_back();
    }
    SilentTerminal(const SilentTerminal&) = delete;
    SilentTerminal& operator=(const SilentTerminal&) = delete;
    ~SilentTerminal()
    {
        if (silenced_) {
            write("\n");
            tcsetattr(descriptor_, TCSAFLUSH, &attributes_);
            give_signals_back();
        }
        if (descriptor_ >= 0) close(descriptor_);
    }

    bool silenced() const { return silenced_; }

    void write(std::string_view text)
    {
        [[maybe_unused]] const auto size = ::write(descriptor_, text.data(), text.size());
    }

    // A line without its end, or nothing when the user pressed Ctrl-C or Ctrl-D.
    std::optional<std::string> read_line()
    {
        pollfd line_typed{.fd = descriptor_, .events = POLLIN, .revents = 0};
        if (ppoll(&line_typed, 1, nullptr, &signals_) < 0) return std::nullopt;
        std::array<char, 1'024> chunk{};
        const auto size = ::read(descriptor_, chunk.data(), chunk.size());
        if (size <= 0) return std::nullopt;
        const std::string_view line{chunk.data(), static_cast<std::size_t>(size)};
        return std::string{line.substr(0, line.find('\n'))};
    }

private:
    void give_signals_back()
    {
        sigaction(SIGINT, &interrupt_action_, nullptr);
        pthread_sigmask(SIG_SETMASK, &signals_, nullptr);
    }

    int descriptor_;
    bool silenced_ = false;
    termios attributes_{};
    struct sigaction interrupt_action_ {};
    sigset_t signals_{};  // Those that were held back before.
};

std::expected<std::string, Failure> prompt(std::string_view user)
{
    SilentTerminal terminal;
    if (!terminal.silenced()) {
        return std::unexpected{Failure{
            ExitCode::not_logged_in,
            "no password: there is no terminal to ask on, so use --password-file or "
            "DRINK_PASSWORD"}};
    }
    terminal.write(fmt::format("Password of {}: ", user));
    auto line = terminal.read_line();
    if (!line) return std::unexpected{Failure{ExitCode::interrupted, "interrupted"}};
    return std::move(*line);
}

std::expected<std::string, Failure> password_from(const std::string& file, std::string_view user)
{
    if (!file.empty()) {
        std::ifstream stream{file};
        std::string line;
        if (std::getline(stream, line)) return line;
        return std::unexpected{
            Failure{ExitCode::not_logged_in, fmt::format("cannot read a password from {}", file)}};
    }
    const char* const variable = std::getenv("DRINK_PASSWORD");  // NOLINT(concurrency-mt-unsafe)
    if (variable && *variable) return std::string{variable};
    return prompt(user);
}

}  // namespace

std::expected<std::string, Failure> read_password(const std::string& file, std::string_view user)
{
    auto password = password_from(file, user);
    if (!password) return password;
    while (password->ends_with('\r')) password->pop_back();
    if (password->empty()) {
        return std::unexpected{Failure{ExitCode::not_logged_in, "the password is empty"}};
    }
    if (password->find_first_of(" \t\r\n") != std::string::npos) {
        return std::unexpected{Failure{
            ExitCode::not_logged_in, "the password has a blank in it, which Sunday can not carry"}};
    }
    return password;
}

}  // namespace drink
