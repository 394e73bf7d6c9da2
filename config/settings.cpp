#include "config/settings.hpp"

#include "config/file_text.hpp"
#include "config/json_document.hpp"
#include "config/listen_section.hpp"
#include "config/machines_section.hpp"
#include "config/rules.hpp"
#include "config/section.hpp"

#include <algorithm>

namespace config {
namespace {

namespace fs = std::filesystem;

constexpr double year_s = 31'536'000;
constexpr std::int64_t connections_max = 1'000'000;
constexpr std::int64_t days_max = 36'500;

void read_tls(Section& root, const fs::path& folder, Settings& settings)
{
    root.read_section("tls", [&](Section& tls) {
        fs::path unused;
        tls.read("certificate", unused, file_path(folder), Presence::required);
        tls.read("key", unused, file_path(folder), Presence::required);
        settings.warnings.push_back(
            tls.path() + ": this version does not serve TLS; certificate and key are not read");
    });
}

/// The ledger, and the control socket that is beside it unless it is moved.
void read_ledger(Section& root, const fs::path& folder, Settings& settings)
{
    Place named_by;
    root.read_section("ledger", [&](Section& ledger) {
        ledger.read("sqlite", settings.ledger, file_path(folder));
        named_by = ledger.place("sqlite");
        const auto days = whole_number<std::chrono::days>(0, days_max);
        ledger.read("keep_drops_days", settings.keep.drops, days);
        ledger.read("keep_temperatures_days", settings.keep.temperatures, days);
    });
    settings.control_socket = settings.ledger;
    settings.control_socket += ".sock";
    root.read_section("control", [&](Section& control) {
        if (!control.has("socket")) return;
        control.read("socket", settings.control_socket, file_path(folder));
        named_by = control.place("socket");
    });

    constexpr std::size_t socket_path_bytes_max = 107;  // sockaddr_un has 108, one for a NUL.
    const auto size = settings.control_socket.native().size();
    if (size > socket_path_bytes_max) {
        root.refuse(
            named_by, "the control socket would be " + settings.control_socket.string() + ", " +
                          std::to_string(size) + " bytes long, but the path of a Unix socket has " +
                          "at most " + std::to_string(socket_path_bytes_max) +
                          "; give a shorter one as control.socket");
    } else if (settings.control_socket == settings.ledger) {
        root.refuse(named_by, "must not be the ledger itself");
    }
}

void read_drops(Section& root, Drops& drops)
{
    root.read_section("drops", [&](Section& section) {
        bool good = section.read("ack_timeout_s", drops.ack_timeout, seconds(0.001, 3'600));
        auto named_by = section.place("ack_timeout_s");
        section.read("max_delay_s", drops.max_delay, whole_number<std::chrono::seconds>(0, 86'400));
        section.read(
            "queue_per_machine", drops.queue_per_machine, whole_number<std::size_t>(1, 100'000));
        section.read("disable_slot_after", drops.disable_slot_after, whole_number<int>(0, 1'000));
        section.read_section("in_doubt", [&](Section& in_doubt) {
            good &= in_doubt.read("after_s", drops.in_doubt_after, seconds(0.003, year_s));
            if (in_doubt.has("after_s")) named_by = in_doubt.place("after_s");
            in_doubt.read(
                "policy", drops.in_doubt_policy,
                one_of<DoubtPolicy>(
                    {{"refund", DoubtPolicy::refund}, {"charge", DoubtPolicy::charge}}));
        });
        // A link is suspect for a second ack timeout, in which the late answer may still come.
        if (!good || drops.in_doubt_after > 2 * drops.ack_timeout) return;
        const auto in_seconds = [](std::chrono::milliseconds time) {
            return " (" + format_seconds(std::chrono::duration<double>{time}.count()) + ")";
        };
        section.refuse(
            named_by, "in_doubt.after_s" + in_seconds(drops.in_doubt_after) +
                          " must be more than twice ack_timeout_s" + in_seconds(drops.ack_timeout));
    });
}

void read_limits(Section& root, Limits& limits)
{
    root.read_section("limits", [&](Section& section) {
        const auto connections = zero_is_no_limit(whole_number<std::size_t>(0, connections_max));
        section.read("connections", limits.connections, connections);
        section.read("connections_per_address", limits.connections_per_address, connections);
        section.read("line_bytes", limits.line_bytes, whole_number<std::size_t>(64, 65'536));
        const auto idle = zero_is_no_limit(seconds(0, year_s));
        section.read("idle_s", limits.idle, idle);
        section.read("idle_logged_in_s", limits.idle_logged_in, idle);
    });
}

void read_log(Section& root, Log& log)
{
    root.read_section("log", [&](Section& section) {
        std::vector<std::pair<std::string_view, std::string>> levels;
        for (const auto* level : {"trace", "debug", "info", "warn", "error", "off"}) {
            levels.emplace_back(level, level);
        }
        section.read("level", log.level, one_of(std::move(levels)));
        section.read(
            "format", log.format,
            one_of<LogFormat>({{"text", LogFormat::text}, {"json", LogFormat::json}}));
    });
}

void read_all(Section& root, const fs::path& folder, const ReadSecret& read, Settings& settings)
{
    std::string for_editors;
    root.read("$schema", for_editors, text("a text", [](auto) { return true; }));
    settings.machines = read_machines(root, folder, read);
    read_listen(root, settings);
    read_tls(root, folder, settings);
    read_ledger(root, folder, settings);
    root.read("workers", settings.workers, whole_number<unsigned>(1, 64));
    read_drops(root, settings.drops);
    read_limits(root, settings.limits);
    read_log(root, settings.log);
}

}  // namespace

std::optional<std::size_t> Settings::find_machine(std::string_view id_or_alias) const
{
    const auto found = std::ranges::find_if(machines, [&](const Machine& machine) {
        return machine.id == id_or_alias ||
               std::ranges::find(machine.aliases, id_or_alias) != machine.aliases.end();
    });
    if (found == machines.end()) return std::nullopt;
    return static_cast<std::size_t>(found - machines.begin());
}

std::expected<std::string, std::string> read_secret(const fs::path& file)
{
    constexpr std::size_t size_max = 65'536;
    return read_file(file, size_max);
}

std::expected<Settings, std::vector<Mistake>> parse_settings(
    std::string_view text, const fs::path& folder, const ReadSecret& read)
{
    const auto root = parse_json(text);
    if (!root) return std::unexpected{std::vector{Mistake{"$", root.error()}}};

    Settings settings;
    MistakeList mistakes;
    Section::read_file(
        *root, mistakes, [&](Section& section) { read_all(section, folder, read, settings); });
    if (!mistakes.empty()) return std::unexpected{std::move(mistakes).in_file_order()};
    return settings;
}

std::expected<Settings, std::vector<Mistake>> load_settings(const fs::path& file)
{
    constexpr std::size_t size_max = 67'108'864;  // 64 MiB; a thousand machines need one.
    const auto text = read_file(file, size_max);
    if (!text) return std::unexpected{std::vector{Mistake{"$", text.error()}}};
    return parse_settings(*text, file.parent_path());
}

}  // namespace config
