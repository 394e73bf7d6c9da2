#include "clients/drink/failure.hpp"

#include "clients/common/terminal.hpp"
#include "protocol/codes.hpp"
#include "protocol/words.hpp"

#include <fmt/format.h>

namespace drink {
namespace {

using protocol::Refusal;

ExitCode exit_code_of(std::optional<Refusal> refusal)
{
    if (!refusal) return ExitCode::refused;
    switch (*refusal) {
        case Refusal::outcome_unknown:
            return ExitCode::outcome_unknown;
        case Refusal::user_first:
        case Refusal::wrong_password:
        case Refusal::not_logged_in:
            return ExitCode::not_logged_in;
        default:
            return ExitCode::refused;
    }
}

// Drop ids are larger than any other number that a server writes behind 103.
std::optional<std::int64_t> last_number(std::string_view text)
{
    constexpr std::string_view digits = "0123456789";
    const auto last = text.find_last_of(digits);
    if (last == std::string_view::npos) return std::nullopt;
    const auto before = text.find_last_not_of(digits, last);
    const auto first = before == std::string_view::npos ? 0 : before + 1;
    return protocol::parse_number<std::int64_t>(text.substr(first, last - first + 1));
}

}  // namespace

Failure refusal(int code, std::string_view text)
{
    const auto meaning = protocol::find_refusal(code);
    const auto server_words = clients::without_controls(text);
    Failure failure{.exit_code = exit_code_of(meaning), .code = code};
    if (meaning == Refusal::outcome_unknown) {
        failure.drop = last_number(text);
        failure.text = fmt::format(
            "the machine did not say whether it dropped ({}{}); the credits are held until that is "
            "settled, by the board, an admin or the house's rule, so look at your balance later "
            "before you try again",
            code, failure.drop ? fmt::format(", drop {}", *failure.drop) : "");
    } else if (meaning) {
        failure.text = fmt::format("{} ({} {})", protocol::describe(*meaning), code, server_words);
    } else {
        failure.text = fmt::format("the server refused: {} ({})", server_words, code);
    }
    return failure;
}

}  // namespace drink
