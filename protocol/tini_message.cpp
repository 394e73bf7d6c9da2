#include "protocol/tini_message.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>
#include <optional>
#include <utility>

namespace protocol::tini {
namespace {

// A full status line names each slot once; a line with more pairs than this is noise.
constexpr std::size_t status_parts_max = 256;

struct ReasonWord {
    std::string_view word;
    Refusal refusal;
};
constexpr ReasonWord reason_words[] = {
    {"empty", Refusal::board_found_empty}, {"not-ready", Refusal::board_not_ready},
    {"jammed", Refusal::motor_jammed},     {"no-start", Refusal::motor_not_started},
    {"motor", Refusal::motor_failed},
};

struct OutcomeWord {
    std::string_view word;
    Outcome::What what;
};
constexpr OutcomeWord outcome_words[] = {
    {"done", Outcome::What::done},
    {"refused", Outcome::What::refused},
    {"unseen", Outcome::What::unseen},
    {"unknown", Outcome::What::unknown},
};

constexpr std::string_view offer = " 2";

std::optional<DropId> parse_drop_id(std::string_view text)
{
    constexpr std::int64_t id_max = (std::int64_t{1} << 53) - 1;
    const auto id = parse_number<std::int64_t>(text);
    if (!id || *id < 1 || *id > id_max) return std::nullopt;
    return DropId{*id};
}

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

std::optional<DropId> take_drop_id(std::string_view& rest)
{
    const auto word = take_word(rest);
    return word ? parse_drop_id(*word) : std::nullopt;
}

// Words that later boards may add say no more than that the board refused.
Refusal take_reason(std::string_view& rest)
{
    return find_reason(take_word(rest).value_or("")).value_or(Refusal::board_refused);
}

BoardMessage parse_ack(std::string_view payload)
{
    if (payload.empty()) return Ack{};
    const auto drop = parse_drop_id(payload);
    return drop ? BoardMessage{Ack{.drop = drop}} : Unknown{};
}

BoardMessage parse_nack(std::string_view payload)
{
    if (payload.empty()) return Nack{};
    const auto drop = take_drop_id(payload);
    if (!drop) return Unknown{};
    return Nack{.drop = drop, .reason = take_reason(payload)};
}

BoardMessage parse_outcome(std::string_view payload)
{
    const auto drop = take_drop_id(payload);
    const auto word = take_word(payload);
    const auto known = std::ranges::find(outcome_words, word.value_or(""), &OutcomeWord::word);
    if (!drop || known == std::end(outcome_words)) return Unknown{};
    Outcome outcome{.drop = *drop, .what = known->what};
    if (outcome.what == Outcome::What::refused) outcome.reason = take_reason(payload);
    return outcome;
}

// Two words with one blank between them.
std::pair<std::string_view, std::string_view> split_at_blank(std::string_view text)
{
    const auto blank = std::min(text.find(' '), text.size());
    return {text.substr(0, blank), text.substr(std::min(blank + 1, text.size()))};
}

ServerMessage parse_drop_request(std::string_view payload)
{
    if (!payload.starts_with(' ')) {
        const auto slot = parse_number<int>(payload);
        return slot ? ServerMessage{DropRequest{.slot = *slot, .drop = {}}} : Unknown{};
    }
    const auto [slot_word, drop_word] = split_at_blank(payload.substr(1));
    const auto slot = parse_number<int>(slot_word);
    const auto drop = parse_drop_id(drop_word);
    if (!slot || !drop) return Unknown{};
    return DropRequest{.slot = *slot, .drop = drop};
}

std::string with_reason(std::string line, Refusal reason)
{
    const auto known = std::ranges::find(reason_words, reason, &ReasonWord::refusal);
    if (known != std::end(reason_words)) {
        line += ' ';
        line += known->word;
    }
    line += '\n';
    return line;
}

std::string opcode_and_id(std::string_view opcode, DropId drop)
{
    std::string line{opcode};
    line += ' ';
    line += std::to_string(number(drop));
    return line;
}

}  // namespace

std::optional<Refusal> find_reason(std::string_view word)
{
    const auto known = std::ranges::find(reason_words, word, &ReasonWord::word);
    if (known == std::end(reason_words)) return std::nullopt;
    return known->refusal;
}

std::optional<std::string_view> Login::password_before_offer() const
{
    if (!password.ends_with(offer)) return std::nullopt;
    return trimmed(std::string_view{password}.substr(0, password.size() - offer.size()));
}

BoardMessage parse_board_message(std::string_view line)
{
    if (line.empty()) return Unknown{};
    const auto payload = trimmed(line.substr(1));
    switch (line.front()) {
        case '0':
            return Login{.password = std::string{payload}};
        case '4':
            return parse_ack(payload);
        case '5':
            return parse_nack(payload);
        case 'A':
            return parse_outcome(payload);
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

std::string format_drop(SlotNumber slot, DropId drop)
{
    return opcode_and_id("3 " + std::to_string(slot), drop) + '\n';
}

std::string format_question(DropId drop) { return opcode_and_id("A", drop) + '\n'; }

ServerMessage parse_server_message(std::string_view line)
{
    if (line == "1") return LoginAccepted{};
    if (line == "1 2") return LoginAccepted{.protocol = BoardProtocol::tini2};
    if (line == "2") return LoginRefused{};
    if (line == "6") return StatusRequest{};
    if (line.starts_with('3')) return parse_drop_request(line.substr(1));
    if (line.starts_with("A ")) {
        if (const auto drop = parse_drop_id(line.substr(2))) return Question{.drop = *drop};
    }
    return Unknown{};
}

std::string format_ack(DropId drop) { return opcode_and_id("4", drop) + '\n'; }

std::string format_nack(DropId drop, Refusal reason)
{
    return with_reason(opcode_and_id("5", drop), reason);
}

std::string format_outcome(const Outcome& outcome)
{
    const auto word = std::ranges::find(outcome_words, outcome.what, &OutcomeWord::what)->word;
    std::string line = opcode_and_id("A", outcome.drop);
    line += ' ';
    line += word;
    const bool refused = outcome.what == Outcome::What::refused;
    return with_reason(std::move(line), refused ? outcome.reason : Refusal::board_refused);
}

}  // namespace protocol::tini
