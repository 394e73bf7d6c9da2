#include "simulation/oracle.hpp"

#include "ledger/verify.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <variant>

namespace simulation {

using protocol::number;

Witness& Oracle::witness()
{
    const Disk::Truce truce{disk_};
    if (!witness_) witness_.emplace(ledger_file);
    return *witness_;
}

void Oracle::on_log(std::string_view level, std::string_view event, drinkd::log::Fields fields)
{
    const auto value = [&](std::string_view name) {
        return std::ranges::find(fields, name, &drinkd::log::Field::name)->value;
    };
    const auto text = [&](std::string_view name) {
        return std::string{std::get<std::string_view>(value(name))};
    };
    const auto drop = [&] { return DropId{std::get<std::int64_t>(value("drop"))}; };

    // What the ledger finds when it opens its file again must not depend on who else has it open.
    if (event == "the ledger failed") look_away();
    const bool of_disk = event == "the ledger failed" && disk_.fault() != Disk::Fault::none;
    if (level == "error" && !of_disk) {
        around_.broken(fmt::format("the daemon logs an error: {}", event));
    }
    if (event == "drop reserved") {
        on_reserved(drop(), text("member"));
    } else if (event == "drop sent") {
        const auto slot = static_cast<int>(std::get<std::int64_t>(value("slot")));
        on_sent({.drop = drop(), .slot = slot}, text("machine"));
    } else if (event == "drop ended") {
        on_ended(
            std::get<std::int64_t>(value("session")), {.drop = drop(), .state = text("state")});
    }
}

// First in, first out can be told of drops without a delay alone.
void Oracle::on_reserved(DropId drop, const std::string& member)
{
    const auto order = static_cast<int>(reserved_.size());
    if (!around_.delays(member)) reserved_.emplace(drop, order);
}

void Oracle::on_sent(Wire::SentDrop sent, const std::string& machine)
{
    const auto drop = sent.drop;
    const auto found = witness().drop(drop);
    const bool right = found && found->state == "reserved" && found->machine == machine &&
                       found->slot == sent.slot;
    if (!right) {
        around_.broken(
            fmt::format("drop {} is sent, and is not reserved in the file", number(drop)));
    }
    if (!sent_.insert(drop).second) {
        around_.broken(fmt::format("drop {} is sent twice", number(drop)));
    }
    if (const auto place = reserved_.find(drop); place != reserved_.end()) {
        auto& last = last_order_[machine];
        if (place->second < last) {
            around_.broken(fmt::format("drop {} was overtaken", number(drop)));
        }
        last = place->second;
    }
    Wire::announce(sent);
}

void Oracle::on_ended(std::int64_t session, Ended drop)
{
    const auto found = witness().drop(drop.drop);
    // A doubt may have been settled meanwhile.
    const bool in_doubt = drop.state == "in_doubt" && found && found->state != "reserved";
    const bool settled = found && found->state == drop.state;
    const bool right = found && (drop.state == "unsettled" || in_doubt || settled);
    if (settled && !in_doubt) settled_[drop.drop] = drop.state;
    if (!right) {
        around_.broken(fmt::format(
            "drop {} is {}, and {} in the file", number(drop.drop), drop.state,
            found ? found->state : "missing"));
    }
    around_.drop_ended(session, std::move(drop));
}

void Oracle::check_told()
{
    for (const auto& [drop, state] : settled_) {
        const auto found = witness().drop(drop);
        const auto now = found ? found->state : "missing";
        if (now != state) {
            around_.broken(fmt::format("drop {} was {}, and is {}", number(drop), state, now));
        }
    }
    const auto kept = witness().transfer_reasons();
    for (const auto& gift : gifts_) {
        if (!kept.contains(gift)) around_.broken(fmt::format("{} was given, and is lost", gift));
    }
}

void Oracle::check_commit()
{
    if (!witness().sees_change()) return;
    if (const auto rule = witness().broken_rule(); !rule.empty()) around_.broken(rule);
}

void Oracle::check_file()
{
    const Disk::Truce truce{disk_};
    for (const auto& check : ledger::verify(ledger_file)) {
        if (!check.holds()) {
            around_.broken(fmt::format("{}: {}", check.rule, check.violations.front()));
        }
    }
}

std::optional<DropId> Oracle::open_drop(const std::set<DropId>& unknown)
{
    for (const auto drop : witness().open_drops()) {
        if (!unknown.contains(drop)) return drop;
    }
    return std::nullopt;
}

void Oracle::check_cans(std::map<DropId, int> cans, Counts& counts)
{
    for (const auto& drop : witness().drops()) {
        ++counts.drops;
        counts.doubts += drop.was_in_doubt ? 1 : 0;
        const auto fell = cans.contains(drop.id) ? cans.extract(drop.id).mapped() : 0;
        counts.cans += static_cast<std::size_t>(fell);
        const auto name = fmt::format("drop {} ({})", number(drop.id), drop.state);
        if (fell > 1) around_.broken(fmt::format("{} cans fell for {}", fell, name));
        if (drop.tini2 && drop.settled_by == "policy") {
            around_.broken(name + " was settled by the policy");
        }
        // What nobody could know was decided, or is still to be.
        const bool decided =
            drop.state == "in_doubt" || drop.settled_by == "admin" || drop.settled_by == "policy";
        if (decided && drop.was_in_doubt) continue;
        if ((fell == 1) != (drop.state == "dispensed")) {
            around_.broken(fmt::format("{} cans fell for {}", fell, name));
        }
    }
    for (const auto& [drop, fell] : cans) {
        around_.broken(fmt::format("a can fell for drop {}, which is not there", number(drop)));
    }
}

}  // namespace simulation
