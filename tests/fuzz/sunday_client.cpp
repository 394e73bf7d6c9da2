// Whatever a server says, a conversation of `drink` with it ends, with words that are safe to show
// on a terminal.
#include "clients/drink/sunday_client.hpp"

#include "clients/common/terminal.hpp"
#include "clients/drink/output.hpp"
#include "target.hpp"

#include <algorithm>
#include <span>
#include <string>

namespace {

using drink::SundayClient;

// A server that says these lines whatever it is asked, and then hangs up.
class Script : public drink::Link {
public:
    explicit Script(std::span<const std::string> lines) : lines_{lines} {}

    std::expected<void, drink::LinkEnd> send(std::string_view line) override
    {
        fuzz::must(!line.contains('\n'), "one command is sent at a time");
        return {};
    }

    std::expected<std::string, drink::LinkEnd> receive(
        std::chrono::milliseconds, const drink::OnSecond&) override
    {
        if (lines_.empty()) return std::unexpected{drink::LinkEnd::closed};
        auto line = lines_.front();
        lines_ = lines_.subspan(1);
        return line;
    }

private:
    std::span<const std::string> lines_;
};

void check_failure(const drink::Failure& failure)
{
    fuzz::must(failure.exit_code != drink::ExitCode::done, "a failure is told to scripts");
    fuzz::must(!failure.text.empty(), "a failure is told in words");
    fuzz::must(
        clients::without_controls(failure.text) == failure.text,
        "the words of a failure are safe to show");
    fuzz::without_end(drink::format_json(failure));
}

void check_shown(std::string_view tables, std::string_view json)
{
    auto rest = tables;
    while (!rest.empty()) {
        const auto line = rest.substr(0, rest.find('\n'));
        fuzz::must(clients::without_controls(line) == line, "a table is safe to show");
        rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    }
    fuzz::without_end(json);
}

template <typename Ask>
auto check_conversation(std::span<const std::string> lines, const Ask& ask)
{
    Script link{lines};
    SundayClient client{link, std::chrono::seconds{1}};
    auto result = ask(client);
    if (!result) check_failure(result.error());
    return result;
}

void check_machines(std::span<const drink::MachineListing> machines)
{
    check_shown(drink::format_tables(machines, false), drink::format_json(machines));
}

void check_conversations(std::span<const std::string> lines)
{
    const auto check = [&](const auto& ask) { return check_conversation(lines, ask); };
    check([](SundayClient& client) { return client.greet(); });
    check([](SundayClient& client) { return client.log_in("alice", "secret"); });
    check([](SundayClient& client) { return client.balance(); });
    check([](SundayClient& client) { return client.drop(1, std::chrono::seconds{0}, {}); });
    const auto history = check([](SundayClient& client) { return client.history(10); });
    if (history) check_shown(drink::format_table(*history), drink::format_json(*history));
    const auto machine = check([](SundayClient& client) { return client.list("d"); });
    if (machine) check_machines({&*machine, 1});
    const auto machines = check([](SundayClient& client) { return client.list_all(); });
    if (machines) check_machines(*machines);
}

}  // namespace

void fuzz::check_input(std::string_view input)
{
    std::vector<std::string> lines;
    for_each_line(input, [&](std::string_view line) { lines.emplace_back(line); });
    check_conversations(lines);
}
