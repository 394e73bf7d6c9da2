#include "config/machines_section.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace config {
namespace {

constexpr std::int64_t credits_max = 2'147'483'647;
constexpr std::int64_t items_max = 2'147'483'647;
constexpr std::size_t password_bytes_max = 256;

bool fits_line(std::string_view given, std::size_t bytes_max)
{
    return given.size() <= bytes_max && has_no_controls(given);
}

/// Ids and aliases have the form of account names for the same reason: Sunday separates its
/// arguments by blanks.
Rule<std::string> machine_id()
{
    return text("1 to 32 of the characters A-Z a-z 0-9 . _ -", protocol::valid_account_name);
}

/// The name of a machine or an item. Sunday puts it between double quotes and can not escape one.
Rule<std::string> name()
{
    return text(
        "1 to 64 bytes of text without double quotes or control characters",
        [](auto given) { return !given.empty() && fits_line(given, 64) && !given.contains('"'); });
}

Rule<std::string> location()
{
    return text("at most 128 bytes of text without control characters", [](auto given) {
        return fits_line(given, 128);
    });
}

bool is_password(std::string_view given)
{
    // The blanks around it are lost on the wire, so a board could never give it.
    return !given.empty() && fits_line(given, password_bytes_max) &&
           protocol::trimmed(given) == given;
}

constexpr std::string_view password_form =
    "1 to 256 bytes without control characters and without blanks at either end";

Rule<std::string> password()
{
    auto rule = text(std::string{password_form} + ", or {\"file\": \"path\"}", is_password);
    rule.secret = true;
    return rule;
}

Rule<AddressRange> address_range()
{
    return {
        "an address or a range such as \"10.0.7.0/24\" or \"fd00::/8\", with no bits set behind "
        "the prefix",
        [](const JsonValue& value) -> std::optional<AddressRange> {
            const auto* given = std::get_if<std::string>(&value.content);
            return given ? AddressRange::parse(*given) : std::nullopt;
        }};
}

std::string without_newline(std::string line)
{
    if (line.ends_with('\n')) line.pop_back();
    if (line.ends_with('\r')) line.pop_back();
    return line;
}

bool overlap(const std::vector<AddressRange>& left, const std::vector<AddressRange>& right)
{
    return std::ranges::any_of(left, [&](const auto& range) {
        return std::ranges::any_of(right, [&](const auto& other) { return range.overlaps(other); });
    });
}

class MachinesReader {
public:
    MachinesReader(const std::filesystem::path& folder, const ReadSecret& read)
        : folder_{folder}, read_secret_{read}
    {
    }

    Machine read_machine(Section& section)
    {
        Machine machine;
        if (section.read("id", machine.id, machine_id(), Presence::required)) {
            take_name(section, section.place("id"), machine.id);
        }
        section.read("name", machine.name, name(), Presence::required);
        section.read("location", machine.location, location());
        section.read_list("aliases", machine_id(), [&](std::string alias, const Place& place) {
            take_name(section, place, alias);
            machine.aliases.push_back(std::move(alias));
        });
        section.read_section(
            "board", [&](Section& board) { machine.board = read_board(board); },
            Presence::required);
        machine.slots = read_slots(section);
        return machine;
    }

private:
    struct KnownBoard {
        std::string path;
        std::vector<AddressRange> addresses;
    };

    void take_name(Section& section, const Place& place, std::string_view machine_name)
    {
        const auto [taken, is_free] =
            names_.try_emplace(protocol::lower_case(machine_name), section.path());
        if (is_free) return;
        section.refuse(
            place, in_quotes(machine_name) + " is already a name of " + taken->second +
                       "; ids and aliases must differ in more than case");
    }

    Board read_board(Section& section)
    {
        Board board;
        const bool password_good = read_password(section, board.password);
        const bool addresses_good = section.read_list(
            "addresses", address_range(),
            [&](AddressRange range, const Place&) { board.addresses.push_back(range); });
        if (section.has_empty_list("addresses")) {
            section.refuse(
                "addresses", "must hold at least one address or range; leave it out to allow any");
        } else if (password_good && addresses_good) {
            compare_with_known_boards(section, board);
        }
        section.read("sensor", board.sensor, true_or_false());
        return board;
    }

    bool read_password(Section& board, std::string& secret)
    {
        if (!board.has_object("password")) {
            return board.read("password", secret, password(), Presence::required);
        }
        bool good = false;
        board.read_section("password", [&](Section& section) {
            std::filesystem::path file;
            if (!section.read("file", file, file_path(folder_), Presence::required)) return;
            const auto content = read_secret_(file);
            if (!content) return section.refuse("file", content.error());
            secret = without_newline(*content);
            good = is_password(secret);
            if (good) return;
            section.refuse(
                "file", "the password in " + file.string() + " must be " +
                            std::string{password_form} + " (one newline at its end is left out)");
        });
        return good;
    }

    void compare_with_known_boards(Section& section, const Board& board)
    {
        auto& known = known_boards_[board.password];
        for (const auto& other : known) {
            const bool told_apart = !board.addresses.empty() && !other.addresses.empty() &&
                                    !overlap(board.addresses, other.addresses);
            if (told_apart) continue;
            section.refuse(
                "password", "is that of " + other.path +
                                " too; boards with one password must both have addresses, and "
                                "these must not overlap");
            break;
        }
        known.push_back({section.path(), board.addresses});
    }

    std::vector<Slot> read_slots(Section& machine)
    {
        std::vector<Slot> slots;
        std::array<std::string, 256> taken;  // The path of each slot, by its number.
        machine.read_sections(
            "slots",
            [&](Section& section) {
            Slot slot;
            if (section.read(
                    "number", slot.number, whole_number<SlotNumber>(1, 255), Presence::required)) {
                auto& path = taken[slot.number];
                if (!path.empty()) {
                    section.refuse(
                        "number",
                        "slot " + std::to_string(slot.number) + " is already described by " + path);
                }
                path = section.path();
            }
            section.read("item", slot.item, name(), Presence::required);
            section.read(
                "price", slot.price, whole_number<Credits>(0, credits_max), Presence::required);
            section.read("count", slot.count, whole_number<std::int64_t>(0, items_max));
            section.read("capacity", slot.capacity, whole_number<std::int64_t>(1, items_max));
            section.read("enabled", slot.enabled, true_or_false());
            slots.push_back(std::move(slot));
            },
            Presence::required);
        std::ranges::sort(slots, {}, &Slot::number);
        return slots;
    }

    const std::filesystem::path& folder_;
    const ReadSecret& read_secret_;
    std::map<std::string, std::string> names_;  // Lower-case id or alias -> path of its machine.
    std::map<std::string, std::vector<KnownBoard>> known_boards_;  // By password.
};

}  // namespace

std::vector<Machine> read_machines(
    Section& root, const std::filesystem::path& folder, const ReadSecret& read)
{
    MachinesReader reader{folder, read};
    std::vector<Machine> machines;
    root.read_sections(
        "machines", [&](Section& section) { machines.push_back(reader.read_machine(section)); },
        Presence::required);
    if (root.has_empty_list("machines")) root.refuse("machines", "must hold at least one machine");
    return machines;
}

}  // namespace config
