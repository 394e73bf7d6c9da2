// A text of settings either loads, and then the layout of the text did not matter and everything in
// the settings fits on the wire, or it gives at least one mistake with its place.
#include "config/settings.hpp"

#include "config/rules.hpp"
#include "protocol/sunday_command.hpp"
#include "protocol/sunday_reply.hpp"
#include "protocol/tini_message.hpp"
#include "target.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <set>

namespace {

using nlohmann::json;
using protocol::Dialect;

// The content of a file is its name: so an input decides about both, and nothing is read.
std::expected<std::string, std::string> read_secret(const std::filesystem::path& file)
{
    if (!file.has_filename()) return std::unexpected{"that is no file"};
    return file.filename().string();
}

auto parse(std::string_view text) { return config::parse_settings(text, "/folder", read_secret); }

// What is not JSON is told as "line 2, column 7: ..."; behind the last character is a place too.
void check_place(const std::string& mistake, std::string_view input)
{
    long line = 0;
    long column = 0;
    if (std::sscanf(mistake.c_str(), "line %ld, column %ld: ", &line, &column) != 2) return;
    fuzz::must(line >= 1 && column >= 1, "lines and columns count from 1");
    for (; line > 1; --line) {
        fuzz::must(input.contains('\n'), "the line of a mistake is in the text");
        input.remove_prefix(input.find('\n') + 1);
    }
    const auto size = std::min(input.find('\n'), input.size());
    fuzz::must(
        static_cast<std::size_t>(column) <= size + 1, "the column of a mistake is in its line");
}

void check_mistakes(const std::vector<config::Mistake>& mistakes, std::string_view input)
{
    fuzz::must(!mistakes.empty(), "settings that are not valid have a mistake");
    for (const auto& [path, text] : mistakes) {
        fuzz::must(path.starts_with('$'), "a mistake has its place");
        fuzz::must(!text.empty(), "a mistake is told in words");
        check_place(text, input);
        fuzz::must(
            config::has_no_controls(path) && config::has_no_controls(text),
            "a mistake is one line that is safe to show");
    }
}

void check_name_on_the_wire(const std::string& name)
{
    const auto line = "MACHINE " + name;
    const auto command = protocol::parse_sunday_command(line);
    fuzz::must(
        command && command->argument_count_legal() && command->arguments[0] == name,
        "a member can name the machine");
}

void check_state_on_the_wire(const std::string& name, Dialect dialect)
{
    const protocol::MachineState state{.name = name, .connected = true};
    const auto text = protocol::format_server_state(dialect, {&state, 1});
    const auto reply = json::parse(text, nullptr, false);
    fuzz::must(
        reply.is_object() && reply.at("machines").at(0).at("machine_name") == name,
        "a client can read the machine's name");
}

void check_slot_on_the_wire(const config::Slot& slot, Dialect dialect)
{
    const protocol::StatRow row{
        .slot = slot.number,
        .item = slot.item,
        .price = slot.price,
        .left = slot.count.value_or(0),
        .enabled = slot.enabled};
    const auto text = protocol::format_stat(dialect, {&row, 1});
    const auto read = protocol::parse_stat_row(std::string_view{text}.substr(0, text.find('\n')));
    fuzz::must(
        read && read->slot == slot.number && read->item == slot.item && read->price == slot.price &&
            read->enabled == slot.enabled,
        "a client can read the slot");
}

void check_board(const config::Board& board)
{
    const auto message = protocol::tini::parse_board_message("0" + board.password);
    const auto* login = std::get_if<protocol::tini::Login>(&message);
    fuzz::must(login && login->password == board.password, "a board can give its password");
    for (const auto& left : board.addresses) {
        for (const auto& right : board.addresses) {
            fuzz::must(left.overlaps(right) == right.overlaps(left), "overlapping goes both ways");
        }
    }
}

void check_machine(const config::Machine& machine)
{
    check_name_on_the_wire(machine.id);
    for (const auto& alias : machine.aliases) check_name_on_the_wire(alias);
    check_board(machine.board);
    for (const auto dialect : {Dialect::js, Dialect::classic}) {
        check_state_on_the_wire(machine.name, dialect);
        for (const auto& slot : machine.slots) check_slot_on_the_wire(slot, dialect);
    }
    for (const auto& slot : machine.slots) {
        fuzz::must(slot.number > 0 && slot.price >= 0, "a slot has a number and a price");
        fuzz::must(!slot.item.contains('"'), "an item fits between quotes");
    }
    const auto not_ascending = std::ranges::adjacent_find(
        machine.slots, std::ranges::greater_equal{}, &config::Slot::number);
    fuzz::must(not_ascending == machine.slots.end(), "slots ascend, and none comes twice");
}

void check_settings(const config::Settings& settings)
{
    fuzz::must(!settings.machines.empty(), "there is a machine");
    std::set<std::string> names;
    for (std::size_t index = 0; index < settings.machines.size(); ++index) {
        const auto& machine = settings.machines[index];
        check_machine(machine);
        auto own_names = machine.aliases;
        own_names.push_back(machine.id);
        for (const auto& name : own_names) {
            fuzz::must(settings.find_machine(name) == index, "a name finds its machine");
            fuzz::must(names.insert(protocol::lower_case(name)).second, "no name is given twice");
        }
    }
    for (const auto& listener : settings.listen.sunday) {
        fuzz::must(listener.machine < settings.machines.size(), "a listener has its machine");
        fuzz::must(
            config::parse_address(listener.endpoint.address).has_value(),
            "a listener has an address");
    }
    fuzz::must(
        settings.drops.in_doubt_after > 2 * settings.drops.ack_timeout,
        "the policy comes after the late answer");
    fuzz::must(settings.limits.line_bytes >= 64, "lines have a bound");
    fuzz::must(settings.workers >= 1, "somebody works");
}

// Written anew, the keys are in another order, and blanks, escapes and numbers are spelled in
// another way.
void check_layout(const config::Settings& settings, std::string_view text)
{
    const auto document = json::parse(text, nullptr, false);
    fuzz::must(document.is_object(), "what loads is a JSON object");
    for (const int indent : {-1, 2}) {
        const bool ascii = indent == -1;
        fuzz::must(
            parse(document.dump(indent, ' ', ascii)) == settings,
            "the layout of the text does not matter");
    }
}

}  // namespace

void fuzz::check_input(std::string_view input)
{
    const auto settings = parse(input);
    if (!settings) return check_mistakes(settings.error(), input);
    check_settings(*settings);
    check_layout(*settings, input);
}
