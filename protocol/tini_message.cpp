#include "protocol/tini_message.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

namespace protocol::tini {
namespace {

// A full status line names each slot once; a line with more pairs than this is noise.
constexpr std::size_t status_parts_max = 256;

std::optional<std::string_view> take_word(std::string_view& rest)
{
    rest = trimmed(rest);
    if (rest.empty()) return std::nullopt;
    const auto word = rest.substr(0, rest.find_first_of(" \t"));
    rest.remove_prefix(word.size());
    return word;
}

std::optional<SlotStatus> parse_part(std::string_view part)
{
    const auto slot_word = take_word(part);
    const auto state_word = take_word(part);
    if (!slot_word || !state_word) return std::nullopt;
    const auto slot = parse_number<int>(*slot_word);
    if (!slot || (*state_word != "0" && *state_word != "1")) return std::nullopt;
    return SlotStatus{.slot = *slot, .present = *state_word == "1"};
}

Status parse_status(std::string_view payload)
{
    Status status;
    for (std::size_t parts = 0; !payload.empty(); ++parts) {
        if (parts == status_parts_max) {
            status.complete = false;
            break;
        }
        const auto part = payload.substr(0, payload.find('`'));
        payload.remove_prefix(std::min(part.size() + 1, payload.size()));
        if (trimmed(part).empty()) continue;
        if (const auto slot = parse_part(part)) {
            status.slots.push_back(*slot);
        } else {
            status.complete = false;
        }
    }
    return status;
}

BoardMessage parse_temperature(std::string_view payload)
{
    double value = 0;
    const auto [end, error] =
        std::from_chars(payload.data(), payload.data() + payload.size(), value);
    if (error != std::errc{} || end != payload.data() + payload.size() || !std::isfinite(value)) {
        return Unknown{};
    }
    return Temperature{.fahrenheit = value};
}

}  // namespace

BoardMessage parse_board_message(std::string_view line)
{
    if (line.empty()) return Unknown{};
    const auto payload = trimmed(line.substr(1));
    switch (line.front()) {
        case '0':
            return Login{.password = std::string{payload}};
        case '4':
            return payload.empty() ? BoardMessage{Ack{}} : Unknown{};
        case '5':
            return payload.empty() ? BoardMessage{Nack{}} : Unknown{};
        case '7':
            return parse_status(payload);
        case '8':
            return parse_temperature(payload);
        case '9':
            return KeepAlive{};
        default:
            return Unknown{};
    }
}

std::string format_drop(SlotNumber slot)
{
    std::string line = "3";
    line += std::to_string(slot);
    line += '\n';
    return line;
}

ServerMessage parse_server_message(std::string_view line)
{
    if (line == "1") return LoginAccepted{};
    if (line == "2") return LoginRefused{};
    if (line == "6") return StatusRequest{};
    if (line.starts_with('3')) {
        if (const auto slot = parse_number<int>(line.substr(1))) return DropRequest{.slot = *slot};
    }
    return Unknown{};
}

}  // namespace protocol::tini
