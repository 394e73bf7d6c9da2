// `drink` on a terminal: its shell with the line editor, and its password prompt.
#include "support/catch.hpp"
#include "support/daemon.hpp"
#include "support/terminal.hpp"
#include "support/wait.hpp"

#include <fstream>
#include <sstream>

using namespace support;

namespace {

// A member's home, in which the history is kept.
class Home {
public:
    std::vector<std::string> drink(
        const Daemon& daemon, const std::vector<std::string>& arguments) const
    {
        std::vector<std::string> command{
            "/usr/bin/env",
            "TERM=vt100",
            "HOME=" + folder_.path().string(),
            "XDG_STATE_HOME=",
            "EDITRC=/dev/null",
            DRINK_PROGRAM,
            "--server",
            "127.0.0.1:" + std::to_string(daemon.sunday_port())};
        command.insert(command.end(), arguments.begin(), arguments.end());
        return command;
    }

    std::string history() const
    {
        std::ostringstream text;
        text << std::ifstream{folder_ / ".local/state/drink/history"}.rdbuf();
        return text.str();
    }

private:
    TempDir folder_;
};

constexpr auto arrow_up = "\x1b[A";
constexpr auto end_of_file = "\x04";

// The line editor writes its prompt first, and then takes over the keys and their echo.
void wait_for_prompt(Terminal& terminal)
{
    terminal.wait_for("sunday> ");
    wait_until("the line editor to take the keys", [&] { return !terminal.echoes(); });
}

void leave(Terminal& terminal)
{
    terminal.type(end_of_file);
    terminal.wait_for("Good Bye");
    CHECK(terminal.wait_for_end() == 0);
}

}  // namespace

TEST_CASE("drink shell: what is typed goes to the server, and its answer is shown")
{
    const Daemon daemon;
    const Home home;
    Terminal terminal{home.drink(daemon, {"shell"})};
    wait_for_prompt(terminal);
    terminal.type("LOCATION\n");
    terminal.wait_for("OK: NRH (North)");
    leave(terminal);
}

TEST_CASE("drink shell: a line can be corrected before it is sent")
{
    const Daemon daemon;
    const Home home;
    Terminal terminal{home.drink(daemon, {"shell"})};
    wait_for_prompt(terminal);
    terminal.type("LOCATIOM\x7fN\n");
    terminal.wait_for("OK: NRH (North)");
    leave(terminal);
}

TEST_CASE("drink shell: end of file says QUIT and ends with exit code 0")
{
    const Daemon daemon;
    const Home home;
    Terminal terminal{home.drink(daemon, {"shell"})};
    wait_for_prompt(terminal);
    leave(terminal);
    daemon.wait_for_log("reason=quit");
}

TEST_CASE("drink shell: a line of the last time can be had again from the history")
{
    const Daemon daemon;
    const Home home;
    {
        Terminal terminal{home.drink(daemon, {"shell"})};
        wait_for_prompt(terminal);
        terminal.type("LOCATION\n");
        terminal.wait_for("OK: NRH (North)");
        leave(terminal);
    }
    Terminal terminal{home.drink(daemon, {"shell"})};
    wait_for_prompt(terminal);
    terminal.type(arrow_up);
    terminal.wait_for("LOCATION");
    terminal.type("\n");
    terminal.wait_for("OK: NRH (North)");
    leave(terminal);
}

TEST_CASE("drink shell: neither passwords nor iButton ids get into the history")
{
    const Daemon daemon{small_house(), {{.name = "alice", .password = "opensesame"}}};
    const Home home;
    Terminal terminal{home.drink(daemon, {"shell"})};
    wait_for_prompt(terminal);
    terminal.type("USER alice\n");
    terminal.wait_for("OK: ");
    terminal.type("PASS opensesame\n");
    terminal.wait_for("OK: 0");
    terminal.type("ibutton 0123456789ABCDEF\n");
    terminal.wait_for("ERR 207 Invalid Ibutton");
    leave(terminal);
    const auto kept = home.history();
    CHECK(kept.contains("USER"));
    CHECK_FALSE(kept.contains("opensesame"));
    CHECK_FALSE(kept.contains("0123456789ABCDEF"));
}

TEST_CASE("drink shell: a server that hangs up ends it with exit code 3")
{
    Daemon daemon;
    const Home home;
    Terminal terminal{home.drink(daemon, {"shell"})};
    wait_for_prompt(terminal);
    CHECK(daemon.stop() == 0);
    terminal.wait_for("drink: the server closed the connection");
    CHECK(terminal.wait_for_end() == 3);
}

TEST_CASE("drink shell: the terminal echoes again afterwards")
{
    const Daemon daemon;
    const Home home;
    Terminal terminal{home.drink(daemon, {"shell"})};
    wait_for_prompt(terminal);
    leave(terminal);
    CHECK(terminal.echoes());
}

TEST_CASE("drink: a password is asked for without echo")
{
    const Daemon daemon{
        small_house(), {{.name = "alice", .credits = 250, .password = "opensesame"}}};
    const Home home;
    Terminal terminal{home.drink(daemon, {"--user", "alice", "balance"})};
    auto screen = terminal.wait_for("Password of alice: ");
    terminal.type("opensesame\n");
    screen += terminal.wait_for("250 credits");
    CHECK(terminal.wait_for_end() == 0);
    CHECK_FALSE(screen.contains("opensesame"));
}

TEST_CASE("drink: Ctrl-C at the password prompt gives the terminal its echo back")
{
    const Daemon daemon;
    const Home home;
    Terminal terminal{home.drink(daemon, {"--user", "alice", "balance"})};
    terminal.wait_for("Password of alice: ");
    REQUIRE_FALSE(terminal.echoes());
    terminal.type("\x03");
    terminal.wait_for("drink: interrupted");
    CHECK(terminal.wait_for_end() == 130);
    CHECK(terminal.echoes());
}
