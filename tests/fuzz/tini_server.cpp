// A line of a server, once read, can be written and read again as the same message; but for the
// zeros in front of a number there is one spelling of each.
#include "protocol/overloaded.hpp"
#include "protocol/tini_message.hpp"
#include "target.hpp"

#include <string>

namespace {

namespace tini = protocol::tini;

/// The line of a drop, or nothing for a slot that no server names.
std::string written(const tini::DropRequest& request)
{
    if (request.slot < 1 || request.slot > 255) return {};
    const auto slot = static_cast<protocol::SlotNumber>(request.slot);
    return request.drop ? tini::format_drop(slot, *request.drop) : tini::format_drop(slot);
}

std::string written(const tini::ServerMessage& message)
{
    return std::visit(
        protocol::Overloaded{
            [](tini::LoginAccepted accepted) {
        return std::string{
            accepted.protocol == protocol::BoardProtocol::tini2 ? tini::login_accepted_tini2
                                                                : tini::login_accepted};
            },
            [](tini::LoginRefused) { return std::string{tini::login_refused}; },
            [](const tini::DropRequest& request) { return written(request); },
            [](tini::StatusRequest) { return std::string{tini::status_request}; },
            [](tini::Question question) { return tini::format_question(question.drop); },
            [](tini::Unknown) { return std::string{}; },
        },
        message);
}

std::string without_zeros(std::string_view line)
{
    std::string rest{line};
    std::erase(rest, '0');
    return rest;
}

void check_line(std::string_view line)
{
    const auto message = tini::parse_server_message(line);
    const auto text = written(message);
    if (text.empty()) return;
    const auto again = tini::parse_server_message(fuzz::without_end(text));
    fuzz::must(again.index() == message.index(), "a message that is written is read as its kind");
    fuzz::must(written(again) == text, "a message that is written is read as the same");
    fuzz::must(
        without_zeros(fuzz::without_end(text)) == without_zeros(line),
        "a message has one spelling but for zeros");

    // What a board of the first kind cannot bear.
    const auto* request = std::get_if<tini::DropRequest>(&message);
    if (request && !request->drop) {
        fuzz::must(!text.contains(' '), "a drop without an id has no blank");
    }
}

}  // namespace

void fuzz::check_input(std::string_view input) { for_each_line(input, check_line); }
