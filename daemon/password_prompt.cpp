#include "daemon/password_prompt.hpp"

#include "daemon/password.hpp"
#include "daemon/tools.hpp"

#include <algorithm>
#include <csignal>
#include <iostream>
#include <termios.h>
#include <unistd.h>

namespace drinkd {
namespace {

using tools::ToolError;

// Sunday carries a password as one word of a line.
void check(const std::string& password)
{
    constexpr std::size_t bytes_max = 128;
    if (password.empty()) throw ToolError{"the password is empty"};
    if (password.size() > bytes_max) throw ToolError{"a password has at most 128 bytes"};
    const auto unsendable = [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 127; };
    if (std::ranges::any_of(password, unsendable)) {
        throw ToolError{"a password cannot hold blanks or control characters"};
    }
}

// How the terminal was, where a signal's handler can see it.
termios terminal_before{};

void show_again() { ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &terminal_before); }

// The terminal without its echo; it comes back whatever happens.
class NoEcho {
public:
    NoEcho()
    {
        ::tcgetattr(STDIN_FILENO, &terminal_before);
        struct sigaction leave {};
        leave.sa_handler = [](int signal) {
            show_again();
            ::raise(signal);
        };
        leave.sa_flags = static_cast<int>(SA_RESETHAND);  // So that raising it ends the program.
        ::sigaction(SIGINT, &leave, &interrupt_before_);
        auto quiet = terminal_before;
        quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
    }
    NoEcho(const NoEcho&) = delete;
    NoEcho& operator=(const NoEcho&) = delete;
    ~NoEcho()
    {
        std::cerr << '\n';
        show_again();
        ::sigaction(SIGINT, &interrupt_before_, nullptr);
    }

private:
    struct sigaction interrupt_before_ {};
};

std::string ask(const char* prompt)
{
    const NoEcho no_echo;
    std::cerr << prompt << std::flush;
    std::string line;
    if (!std::getline(std::cin, line)) throw ToolError{"no password was given"};
    return line;
}

}  // namespace

std::optional<std::string> read_new_password(bool from_stdin)
{
    if (from_stdin) {
        std::string line;
        if (!std::getline(std::cin, line)) throw ToolError{"there is no line on standard input"};
        if (line.ends_with('\r')) line.pop_back();
        check(line);
        return line;
    }
    if (::isatty(STDIN_FILENO) == 0) return std::nullopt;
    auto password = ask("Password (Enter for none): ");
    if (password.empty()) return std::nullopt;
    check(password);
    auto again = ask("The same again: ");
    const bool same = password == again;
    wipe(again);
    if (!same) throw ToolError{"the two passwords differ"};
    return password;
}

}  // namespace drinkd
