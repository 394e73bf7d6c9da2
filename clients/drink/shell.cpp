#include "clients/drink/shell.hpp"

#include "clients/common/terminal.hpp"
#include "protocol/line_framer.hpp"
#include "protocol/words.hpp"

#include <fmt/format.h>
#include <histedit.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cwchar>
#include <filesystem>
#include <memory>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace drink {
namespace {

constexpr int history_lines_max = 500;

// How long the last replies may take once the input has ended; a drop may be among them.
constexpr int last_replies_patience_ms = 120'000;

// Input that the server does not take yet; more is not read.
constexpr std::size_t unsent_max = 65'536;

bool is_verb(std::string_view line, std::string_view verb)
{
    line = protocol::trimmed(line);
    return protocol::equal_ignoring_case(line.substr(0, line.find_first_of(" \t\r\n")), verb);
}

// The socket of a shell: unsent bytes and whether the server is still there.
class Wire {
public:
    explicit Wire(int socket) : socket_{socket} {}

    bool open() const { return open_; }
    std::size_t unsent() const { return unsent_.size(); }
    pollfd watched() const
    {
        const auto events = unsent_.empty() ? POLLIN : POLLIN | POLLOUT;
        return {.fd = socket_, .events = static_cast<short>(events), .revents = 0};
    }

    void send(std::string_view bytes)
    {
        unsent_ += bytes;
        while (!unsent_.empty()) {
            const auto size = ::send(socket_, unsent_.data(), unsent_.size(), MSG_NOSIGNAL);
            // What is wrong with the socket, if anything, shows when it is read.
            if (size < 0) return;
            unsent_.erase(0, static_cast<std::size_t>(size));
        }
    }

    // No more will be sent; the server answers what it has and hangs up.
    void say_end() { ::shutdown(socket_, SHUT_WR); }

    // Prints what has come.
    void print_received()
    {
        std::array<char, 4'096> chunk{};
        for (;;) {
            const auto size = ::recv(socket_, chunk.data(), chunk.size(), MSG_DONTWAIT);
            if (size < 0 && errno == EINTR) continue;
            if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
            if (size <= 0) {
                open_ = false;
                break;
            }
            print({chunk.data(), static_cast<std::size_t>(size)});
        }
        std::fflush(stdout);
    }

private:
    void print(std::string_view bytes)
    {
        while (!bytes.empty()) {
            const auto line = bytes.substr(0, bytes.find('\n'));
            const bool ended = line.size() < bytes.size();
            bytes.remove_prefix(line.size() + (ended ? 1 : 0));
            const auto text = line.ends_with('\r') ? line.substr(0, line.size() - 1) : line;
            fmt::print("{}{}", clients::without_controls(text), ended ? "\n" : "");
        }
    }

    int socket_;
    std::string unsent_;
    bool open_ = true;
};

std::filesystem::path history_file()
{
    const char* const state = std::getenv("XDG_STATE_HOME");  // NOLINT(concurrency-mt-unsafe)
    if (state && *state) return std::filesystem::path{state} / "drink" / "history";
    const char* const home = std::getenv("HOME");  // NOLINT(concurrency-mt-unsafe)
    if (!home || !*home) return {};
    return std::filesystem::path{home} / ".local" / "state" / "drink" / "history";
}

// The line editor. The server's lines appear above the line that is being edited.
class Editor {
public:
    explicit Editor(Wire& wire)
        : wire_{wire}, editor_{el_init("drink", stdin, stdout, stderr)}, history_{history_init()}
    {
        HistEvent event;
        history(history_.get(), &event, H_SETSIZE, history_lines_max);
        history(history_.get(), &event, H_SETUNIQUE, 1);
        if (!file_.empty()) history(history_.get(), &event, H_LOAD, file_.c_str());
        el_set(editor_.get(), EL_CLIENTDATA, this);
        el_set(editor_.get(), EL_PROMPT, &prompt);
        el_set(editor_.get(), EL_GETCFN, &read_character);
        el_set(editor_.get(), EL_SIGNAL, 1);  // A deadly signal gives the terminal back first.
        el_set(editor_.get(), EL_EDITOR, "emacs");
        el_set(editor_.get(), EL_HIST, &history, history_.get());
        el_source(editor_.get(), nullptr);
    }

    // The next line with its end, or nothing at the end of the input or of the connection.
    const char* read_line()
    {
        int size = 0;
        return el_gets(editor_.get(), &size);
    }

    void remember(const char* line)
    {
        if (is_verb(line, "") || is_verb(line, "PASS") || is_verb(line, "IBUTTON")) return;
        HistEvent event;
        history(history_.get(), &event, H_ENTER, line);
    }

    // A history that can not be kept is no reason to bother anyone.
    void save_history()
    {
        if (file_.empty()) return;
        std::error_code ignored;
        std::filesystem::create_directories(file_.parent_path(), ignored);
        const auto old_mask = umask(S_IRWXG | S_IRWXO);  // NOLINT(concurrency-mt-unsafe)
        HistEvent event;
        history(history_.get(), &event, H_SAVE, file_.c_str());
        umask(old_mask);  // NOLINT(concurrency-mt-unsafe)
    }

private:
    static char* prompt(EditLine*)
    {
        static char text[] = "sunday> ";
        return text;
    }

    // Waits for a key, and meanwhile serves the connection.
    static int read_character(EditLine* editor, wchar_t* character)
    {
        void* self = nullptr;
        el_get(editor, EL_CLIENTDATA, &self);
        auto& wire = static_cast<Editor*>(self)->wire_;
        std::mbstate_t state{};
        for (;;) {
            std::array watched{pollfd{STDIN_FILENO, POLLIN, 0}, wire.watched()};
            if (poll(watched.data(), watched.size(), -1) < 0) {
                if (errno == EINTR) continue;
                return -1;
            }
            if (watched[1].revents & POLLOUT) wire.send("");
            if (watched[1].revents & ~POLLOUT) {
                fmt::print("\r\033[K");
                wire.print_received();
                if (!wire.open()) return -1;
                el_set(editor, EL_REFRESH);
            }
            if (watched[0].revents == 0) continue;
            char byte = 0;
            const auto size = ::read(STDIN_FILENO, &byte, 1);
            if (size < 0 && errno == EINTR) continue;
            if (size <= 0) return static_cast<int>(size);
            const auto length =
                std::mbrtowc(character, &byte, 1, &state);         // NOLINT(concurrency-mt-unsafe)
            if (length == static_cast<std::size_t>(-2)) continue;  // More bytes of it follow.
            if (length != static_cast<std::size_t>(-1)) return 1;
            state = {};  // No character; wait for the next.
        }
    }

    struct Closer {
        void operator()(EditLine* editor) const { el_end(editor); }
        void operator()(History* list) const { history_end(list); }
    };

    Wire& wire_;
    std::unique_ptr<EditLine, Closer> editor_;
    std::unique_ptr<History, Closer> history_;
    std::filesystem::path file_ = history_file();
};

// Both conversations tell whether the user ended them, and not the server.

bool converse_by_editor(Wire& wire)
{
    Editor editor{wire};
    bool quit = false;
    while (!quit) {
        const char* const line = editor.read_line();
        if (!line) break;
        editor.remember(line);
        quit = is_verb(line, "QUIT");
        wire.send(line);
    }
    editor.save_history();
    if (!quit && wire.open()) {
        fmt::print("QUIT\n");  // Ctrl-D, at a prompt that still stands.
        wire.send("QUIT\n");
        quit = true;
    }
    return quit;
}

bool converse_by_pipe(Wire& wire)
{
    protocol::LineFramer input{unsent_max};
    std::array<char, 4'096> chunk{};
    bool quit = false;
    while (wire.open()) {
        // A negative descriptor is not watched.
        const int source = wire.unsent() < unsent_max ? STDIN_FILENO : -1;
        std::array watched{pollfd{source, POLLIN, 0}, wire.watched()};
        if (poll(watched.data(), watched.size(), -1) < 0) continue;
        if (watched[1].revents & POLLOUT) wire.send("");
        if (watched[1].revents & ~POLLOUT) wire.print_received();
        if (watched[0].revents == 0) continue;
        const auto size = ::read(STDIN_FILENO, chunk.data(), chunk.size());
        if (size <= 0) {
            wire.send(input.take_unfinished());
            return true;
        }
        input.feed({chunk.data(), static_cast<std::size_t>(size)});
        while (const auto line = input.next_line()) {
            quit = quit || is_verb(*line, "QUIT");
            wire.send(fmt::format("{}\n", *line));
        }
        if (input.overflowed()) return true;
    }
    return quit;
}

// Ends the sending half and prints the replies that are still to come.
void finish(Wire& wire)
{
    bool said_all = false;
    while (wire.open()) {
        if (!said_all && wire.unsent() == 0) {
            said_all = true;
            wire.say_end();
        }
        auto watched = wire.watched();
        const int count = poll(&watched, 1, last_replies_patience_ms);
        if (count == 0) return;
        if (count < 0) continue;
        if (watched.revents & POLLOUT) wire.send("");
        if (watched.revents & ~POLLOUT) wire.print_received();
    }
}

}  // namespace

std::expected<void, Failure> run_shell(int socket)
{
    Wire wire{socket};
    const bool user_ended = isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1
                                ? converse_by_editor(wire)
                                : converse_by_pipe(wire);
    if (!user_ended) {
        return std::unexpected{
            Failure{ExitCode::no_connection, "the server closed the connection"}};
    }
    finish(wire);
    return {};
}

}  // namespace drink
