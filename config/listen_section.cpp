#include "config/listen_section.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace config {
namespace {

/// A key of `listen`.
struct Kind {
    std::string_view key;
    bool for_members = false;    ///< It has a default machine.
    bool speaks_sunday = false;  ///< It has a dialect.
    std::string_view unserved;   ///< What this version does not serve; empty where it does.
};

constexpr Kind kinds[] = {
    {"sunday", true, true, {}},
    {"sunday_tls", true, true, "Sunday over TLS"},
    {"menu", true, false, "the telnet menu"},
    {"finger", true, false, "finger"},
    {"boards", false, false, {}},
    {"boards_tls", false, false, "boards over TLS"},
    {"http", true, false, "HTTP"},
};

Rule<std::string> numeric_address()
{
    return text("a numeric IPv4 or IPv6 address such as \"0.0.0.0\" or \"::\"", [](auto given) {
        return parse_address(given).has_value();
    });
}

Rule<protocol::Dialect> dialect()
{
    return one_of<protocol::Dialect>(
        {{"js", protocol::Dialect::js}, {"classic", protocol::Dialect::classic}});
}

class ListenReader {
public:
    explicit ListenReader(const Settings& settings) : settings_{settings}
    {
        for (const auto& machine : settings.machines) {
            names_.push_back(machine.id);
            names_.insert(names_.end(), machine.aliases.begin(), machine.aliases.end());
        }
        // A machine whose id is a mistake must not become a second mistake here.
        machines_known_ = !names_.empty() && std::ranges::none_of(names_, &std::string_view::empty);
    }

    SundayListener read_listener(Section& section, const Kind& kind)
    {
        SundayListener listener;
        read_endpoint(section, listener.endpoint);
        if (kind.speaks_sunday) section.read("dialect", listener.dialect, dialect());
        if (kind.for_members) read_machine(section, listener.machine);
        return listener;
    }

private:
    void read_endpoint(Section& section, Endpoint& endpoint)
    {
        const bool address_good = section.read("address", endpoint.address, numeric_address());
        const bool port_good = section.read(
            "port", endpoint.port, whole_number<std::uint16_t>(0, 65'535), Presence::required);
        if (!address_good || !port_good || endpoint.port == 0) return;

        const auto where = std::pair{parse_address(endpoint.address), endpoint.port};
        const auto [taken, is_free] = taken_.try_emplace(where, section.path());
        if (is_free) return;
        section.refuse("port", "is taken already, on the same address, by " + taken->second);
    }

    void read_machine(Section& section, std::size_t& machine)
    {
        std::string name;
        const auto any_text = text("the id or an alias of a machine", [](auto) { return true; });
        if (!section.read("machine", name, any_text) || !section.has("machine")) return;
        if (const auto found = settings_.find_machine(name)) {
            machine = *found;
        } else if (machines_known_) {
            section.refuse(
                "machine",
                in_quotes(name) + " is not a machine of this file; " + suggest(name, names_));
        }
    }

    const Settings& settings_;
    std::vector<std::string_view> names_;
    bool machines_known_ = false;
    std::map<std::pair<std::optional<AddressBytes>, std::uint16_t>, std::string> taken_;
};

}  // namespace

void read_listen(Section& root, Settings& settings)
{
    ListenReader reader{settings};
    root.read_section("listen", [&](Section& listen) {
        for (const auto& kind : kinds) {
            std::vector<SundayListener> listeners;
            listen.read_sections(kind.key, [&](Section& section) {
                listeners.push_back(reader.read_listener(section, kind));
            });
            if (kind.key == "sunday") {
                settings.listen.sunday = std::move(listeners);
            } else if (kind.key == "boards") {
                for (auto& listener : listeners) {
                    settings.listen.boards.push_back(std::move(listener.endpoint));
                }
            } else if (!listeners.empty()) {
                settings.warnings.push_back(
                    listen.place(kind.key).path + ": this version does not serve " +
                    std::string{kind.unserved} + "; it is not opened");
            }
        }
    });
}

}  // namespace config
