// The tools that concern drops: those in doubt, and what became of a member's.
#include "daemon/table.hpp"
#include "daemon/tools_common.hpp"
#include "ledger/reports.hpp"

#include <fmt/format.h>

#include <iostream>

namespace drinkd::tools {
namespace {

using nlohmann::json;

// Who can still settle it, beside an admin.
std::string_view waits_for(const ledger::DoubtRow& doubt)
{
    if (!doubt.has_id) return "policy";
    return doubt.board_may_know ? "board" : "admin";
}

json evidence_of(const ledger::DoubtRow& doubt)
{
    auto list = json::array();
    for (const auto& row : doubt.evidence) {
        list.push_back({{"at_ms", row.at_ms}, {"what", row.what}});
    }
    return list;
}

json as_json(const std::vector<ledger::DoubtRow>& doubts)
{
    auto list = json::array();
    for (const auto& row : doubts) {
        list.push_back(
            {{"drop", row.drop},
             {"opened_at_ms", row.opened_at_ms},
             {"doubt_at_ms", row.doubt_at_ms},
             {"member", row.member},
             {"machine", row.machine},
             {"slot", row.slot},
             {"item", row.item},
             {"price", row.price},
             {"reason", row.reason},
             {"waits_for", waits_for(row)},
             {"evidence", evidence_of(row)}});
    }
    return list;
}

std::string as_text(const std::vector<ledger::DoubtRow>& doubts)
{
    if (doubts.empty()) return "No drop is in doubt.\n";
    Table table{
        {{"DROP", true},
         {"SINCE"},
         {"MEMBER"},
         {"MACHINE"},
         {"SLOT", true},
         {"ITEM"},
         {"PRICE", true},
         {"WAITS FOR"},
         {"WHY"}}};
    Table evidence{{{"DROP", true}, {"WHEN"}, {"EVIDENCE"}}};
    bool any_evidence = false;
    for (const auto& row : doubts) {
        table.add(
            {std::to_string(row.drop), local_time(row.doubt_at_ms), row.member, row.machine,
             std::to_string(row.slot), row.item, std::to_string(row.price),
             std::string{waits_for(row)}, row.reason});
        for (const auto& seen : row.evidence) {
            evidence.add({std::to_string(row.drop), local_time(seen.at_ms), seen.what});
            any_evidence = true;
        }
    }
    auto text = table.text();
    if (any_evidence) text += "\n" + evidence.text() + "\n";
    return text +
           "Did the item fall? drinkd settle DROP charge. If not: drinkd settle DROP refund.\n";
}

// A drop or a transfer, as a line of a member's history.
struct Event {
    json object;
    std::vector<std::string> cells;
};

// What happened beside the ordinary: a doubt, and whoever ended the drop in another way than its
// board by dropping.
std::string remarks_on(const ledger::DropRow& drop)
{
    auto remarks = drop.doubt_reason;
    const bool ordinary = drop.state == "dispensed" && drop.doubt_reason.empty();
    if (!drop.settled_at_ms || ordinary) return remarks;
    if (!remarks.empty()) remarks += "; ";
    remarks += drop.settled_by;
    if (!drop.settled_reason.empty()) remarks += fmt::format(": {}", drop.settled_reason);
    return remarks;
}

std::string credits_of(const ledger::DropRow& drop)
{
    if (drop.state == "dispensed") return std::to_string(-drop.price);
    if (!drop.settled_at_ms) return fmt::format("{} held", drop.price);
    return "0";
}

Event event_of(const ledger::DropRow& drop)
{
    json object{{"what", "drop"},          {"at_ms", drop.opened_at_ms}, {"drop", drop.drop},
                {"machine", drop.machine}, {"slot", drop.slot},          {"item", drop.item},
                {"price", drop.price},     {"state", drop.state}};
    if (!drop.doubt_reason.empty()) object["doubt_reason"] = drop.doubt_reason;
    if (drop.settled_at_ms) {
        object["settled_at_ms"] = *drop.settled_at_ms;
        object["settled_by"] = drop.settled_by;
        object["settled_reason"] = drop.settled_reason;
    }
    return {
        .object = std::move(object),
        .cells = {
            local_time(drop.opened_at_ms), fmt::format("drop {}", drop.drop),
            fmt::format("{} from {} {}", drop.item, drop.machine, drop.slot), credits_of(drop),
            drop.state, remarks_on(drop)}};
}

Event event_of(const ledger::TransferRow& transfer)
{
    return {
        .object =
            {{"what", "transfer"},
             {"at_ms", transfer.at_ms},
             {"credits", transfer.credits},
             {"actor", transfer.actor},
             {"reason", transfer.reason}},
        .cells = {
            local_time(transfer.at_ms), "transfer", transfer.reason,
            fmt::format("{:+}", transfer.credits), "", transfer.actor}};
}

}  // namespace

int list_doubts(const config::Settings& settings, bool json_wanted)
{
    const auto doubts = with_ledger(settings, [](const auto& file) {
        auto database = ledger::open_read_only(file);
        return ledger::list_doubts(database);
    });
    std::cout << (json_wanted ? as_json(doubts).dump(2) + '\n' : as_text(doubts));
    return EXIT_SUCCESS;
}

int settle(
    const config::Settings& settings, std::int64_t drop, const std::string& decision,
    const std::string& reason)
{
    json request = {
        {"command", "settle"}, {"drop", drop}, {"decision", decision}, {"reason", reason}};
    const auto reply = change(settings, std::move(request));
    std::cout << fmt::format("drop {} is {} now\n", drop, reply.value("state", "settled"));
    return EXIT_SUCCESS;
}

int show_history(
    const config::Settings& settings, const std::string& name, std::int64_t limit, bool json_wanted)
{
    const auto rows = with_ledger(settings, [&](const auto& file) {
        auto database = ledger::open_read_only(file);
        const auto account = ledger::find_account(database, name);
        if (!account) throw ToolError{"there is no such account"};
        return ledger::History{database}.events(*account, limit);
    });
    auto list = json::array();
    Table table{{{"WHEN"}, {"WHAT"}, {"FOR"}, {"CREDITS", true}, {"STATE"}, {"REMARKS"}}};
    for (const auto& row : rows) {
        auto event = std::visit([](const auto& happened) { return event_of(happened); }, row);
        list.push_back(std::move(event.object));
        table.add(std::move(event.cells));
    }
    if (json_wanted) {
        std::cout << list.dump(2) << '\n';
    } else if (rows.empty()) {
        std::cout << "Nothing happened yet.\n";
    } else {
        std::cout << table.text();
    }
    return EXIT_SUCCESS;
}

}  // namespace drinkd::tools
