#include "daemon/sunday_verbs.hpp"

#include "daemon/version.hpp"
#include "protocol/sunday_reply.hpp"

#include <algorithm>
#include <limits>

namespace drinkd {
namespace {

using protocol::Dialect;
using protocol::Refusal;
using protocol::Verb;

protocol::StatRow stat_row(const machines::Slot& slot)
{
    return {
        .slot = slot.number,
        .item = slot.item,
        .price = slot.price,
        .left = slot.left(),
        .sold = slot.sold,
        .enabled = slot.enabled,
    };
}

bool all_digits(std::string_view text)
{
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// A slot as a member names it: digits. A number too large for any slot is a slot that no machine
// has, not a malformed one.
std::optional<int> parse_slot(std::string_view text)
{
    if (!all_digits(text)) return std::nullopt;
    return protocol::parse_number<int>(text).value_or(std::numeric_limits<int>::max());
}

}  // namespace

SundayVerbs::SundayVerbs(
    House& house, Dialect dialect, std::size_t machine, std::int64_t session,
    const Connections::Place& place, PassDelay pass_delay)
    : house_{house},
      dialect_{dialect},
      session_{session},
      place_{place},
      pass_delay_{std::move(pass_delay)},
      machine_{machine}
{
}

std::string SundayVerbs::banner() const
{
    return protocol::format_banner(dialect_, house_.settings.machines[machine_].name);
}

Task<std::string> SundayVerbs::answer(std::string_view line)
{
    if (line.find_first_not_of(' ') == std::string_view::npos) return at_once(std::string{});
    const auto command = protocol::parse_sunday_command(line);
    if (!command) return at_once(refuse(Refusal::unknown_verb));
    return run(*command);
}

std::string SundayVerbs::too_long() const { return refuse(Refusal::unknown_verb); }

std::string SundayVerbs::timed_out() const { return refuse(Refusal::timed_out); }

Task<std::string> SundayVerbs::run(const Command& command)
{
    switch (command.verb) {
        case Verb::acctmgrchk:
            return at_once(account_manager(command));
        case Verb::addcredits:
            return addcredits(command);
        case Verb::code:
            // No board has a message for its front panel's buttons.
            return at_once(refuse(Refusal::not_implemented));
        case Verb::drop:
            return drop(command);
        case Verb::getbalance:
            return getbalance(command);
        case Verb::history:
            return history(command);
        case Verb::ibutton:
            return ibutton(command);
        case Verb::isvaliduser:
            return isvaliduser(command);
        case Verb::location:
            return at_once(location(command));
        case Verb::log:
            return log_message(command);
        case Verb::machine:
            return at_once(machine(command));
        case Verb::pass:
            return pass(command);
        case Verb::queryadmin:
            return queryadmin(command);
        case Verb::quit:
            quit_ = true;
            return at_once(protocol::format_goodbye(dialect_));
        case Verb::rand:
            return rand(command);
        case Verb::sendcredits:
            return sendcredits(command);
        case Verb::serverstat:
            return at_once(server_state());
        case Verb::stat:
            return at_once(stat(command));
        case Verb::temp:
            return at_once(temperature(command));
        case Verb::uptime:
            return at_once(protocol::format_uptime(dialect_, house_.started_at));
        case Verb::user:
            return at_once(user(command));
        case Verb::version:
            return at_once(protocol::format_ok(dialect_, version_text));
        case Verb::whoami:
            return at_once(whoami());
    }
    return at_once(refuse(Refusal::unknown_verb));
}

// --- Machines and slots -------------------------------------------------------------------------

std::string SundayVerbs::machine(const Command& command)
{
    if (!command.argument_count_legal()) return wrong_count(machine_usage());
    const auto found = house_.settings.find_machine(command.arguments[0]);
    if (!found) return refuse(Refusal::unknown_machine, machine_usage());
    machine_ = *found;
    return protocol::format_machine_selected(dialect_, house_.settings.machines[machine_].name);
}

std::string SundayVerbs::stat(const Command& command) const
{
    if (!command.argument_count_legal()) return wrong_count(" - USAGE: STAT [slot]");
    std::optional<int> wanted;
    if (command.argument_count == 1) {
        wanted = parse_slot(command.arguments[0]);
        if (!wanted) return refuse(Refusal::malformed_stat_slot);
    }
    return house_.catalog.read(machine_, [&](std::span<const machines::Slot> slots) {
        std::vector<protocol::StatRow> rows;
        for (const auto& slot : slots) {
            if (!wanted || slot.number == *wanted) rows.push_back(stat_row(slot));
        }
        if (wanted && rows.empty()) return refuse(Refusal::no_such_slot);
        return protocol::format_stat(dialect_, rows);
    });
}

std::string SundayVerbs::temperature(const Command& command) const
{
    if (!command.argument_count_legal()) return wrong_count(" - USAGE: TEMP");
    const auto fahrenheit = house_.machines[machine_].temperature();
    if (!fahrenheit) return refuse(Refusal::no_temperature);
    return protocol::format_temperature(dialect_, *fahrenheit);
}

std::string SundayVerbs::location(const Command& command) const
{
    if (!command.argument_count_legal()) return wrong_count(" - USAGE: LOCATION");
    return protocol::format_ok(dialect_, house_.settings.machines[machine_].location);
}

std::string SundayVerbs::account_manager(const Command& command) const
{
    if (!command.argument_count_legal()) return wrong_count("");
    if (!house_.ledger.healthy()) return refuse(Refusal::ledger_unavailable);
    return protocol::format_ok(dialect_, "Account server subsystem running.");
}

std::string SundayVerbs::server_state() const
{
    std::vector<protocol::MachineState> states;
    states.reserve(house_.machines.size());
    for (std::size_t index = 0; index < house_.machines.size(); ++index) {
        states.push_back({
            .name = house_.settings.machines[index].name,
            .connected = house_.machines[index].online(),
        });
    }
    return protocol::format_server_state(dialect_, states);
}

// --- Drops --------------------------------------------------------------------------------------

Task<std::string> SundayVerbs::drop(const Command& command)
{
    if (!member_) return at_once(refuse(Refusal::not_logged_in));
    if (command.argument_count == 0) return at_once(refuse(Refusal::missing_slot));
    const auto slot = parse_slot(command.arguments[0]);
    if (!slot) return at_once(refuse(Refusal::malformed_slot));
    if (!command.argument_count_legal()) {
        return at_once(wrong_count(" - USAGE: DROP <slot> [delay]"));
    }
    std::chrono::seconds delay{0};
    if (command.argument_count == 2) {
        const auto asked = delay_of(command.arguments[1]);
        if (!asked) return at_once(refuse(Refusal::invalid_delay));
        delay = *asked;
    }
    return drop_slot(slot, delay);
}

Task<std::string> SundayVerbs::rand(const Command& command)
{
    if (!member_) return at_once(refuse(Refusal::not_logged_in));
    if (!command.argument_count_legal()) return at_once(wrong_count(" - USAGE: RAND [delay]"));
    std::chrono::seconds delay{0};
    if (command.argument_count == 1) {
        const auto asked = delay_of(command.arguments[0]);
        if (!asked) return at_once(refuse(Refusal::invalid_rand_delay));
        delay = *asked;
    }
    return drop_slot(std::nullopt, delay);
}

Task<std::string> SundayVerbs::drop_slot(std::optional<int> slot, std::chrono::seconds delay)
{
    DropRequest request;
    request.account = member_->account;
    request.member = member_->name;
    request.session = session_;
    request.machine = machine_;
    request.slot = slot;
    request.delay = delay;
    request.pass_delay = pass_delay_;
    const auto result = co_await house_.dispatcher.drop(std::move(request));
    if (result) co_return protocol::format_dropped(dialect_, result->balance);
    const auto& [refusal, id] = result.error();
    if (!id) co_return refuse(refusal);
    co_return refuse(refusal, " Drop " + std::to_string(protocol::number(*id)) + ".");
}

std::optional<std::chrono::seconds> SundayVerbs::delay_of(std::string_view text) const
{
    const auto seconds = all_digits(text) ? protocol::parse_number<int>(text) : std::nullopt;
    if (!seconds || std::chrono::seconds{*seconds} > house_.settings.drops.max_delay) {
        return std::nullopt;
    }
    return std::chrono::seconds{*seconds};
}

// --- Refusals -----------------------------------------------------------------------------------

std::string SundayVerbs::refuse(Refusal refusal, std::string_view detail) const
{
    return protocol::format_refusal(refusal, dialect_, detail);
}

std::string SundayVerbs::wrong_count(std::string_view js_usage) const
{
    return refuse(
        Refusal::wrong_argument_count, dialect_ == Dialect::js ? js_usage : std::string_view{});
}

std::string SundayVerbs::refuse_with_usage(Refusal refusal, std::string_view js_usage) const
{
    return refusal == Refusal::wrong_argument_count ? wrong_count(js_usage) : refuse(refusal);
}

std::string SundayVerbs::machine_usage() const
{
    // All of them: `drink list` learns the ids from here.
    std::string usage = " - USAGE: MACHINE <";
    for (bool first = true; const auto& machine : house_.settings.machines) {
        usage += first ? " " : " | ";
        usage += machine.id;
        first = false;
    }
    usage += " >";
    return usage;
}

}  // namespace drinkd
