#include "ledger/reports.hpp"

#include <algorithm>
#include <functional>
#include <ranges>
#include <utility>

namespace ledger {
namespace {

std::int64_t time_of(const DropRow& drop) { return drop.opened_at_ms; }
std::int64_t time_of(const TransferRow& transfer) { return transfer.at_ms; }

}  // namespace

std::vector<AccountRow> list_accounts(sqlite::Database& ledger)
{
    auto query = ledger.prepare(R"(
        SELECT name, balance, held, admin, locked, password IS NOT NULL,
               coalesce(substr(ibutton, -4), '')
        FROM accounts WHERE kind = 'member' AND closed_at IS NULL
        ORDER BY name)");
    std::vector<AccountRow> rows;
    for (query.start(); query.step();) {
        rows.push_back({
            .name = query.text(0),
            .balance = query.integer(1) - query.integer(2),
            .held = query.integer(2),
            .admin = query.flag(3),
            .locked = query.flag(4),
            .has_password = query.flag(5),
            .ibutton_end = query.text(6),
        });
    }
    return rows;
}

std::vector<DoubtRow> list_doubts(sqlite::Database& ledger)
{
    auto query = ledger.prepare(R"(
        SELECT drops.id, accounts.name, machines.name, slots.number, drops.item, drops.price,
               drops.opened_at, drops.doubt_at, coalesce(drops.doubt_reason, ''),
               protocol = 2, protocol = 2 AND NOT never_known
        FROM drops JOIN accounts ON accounts.id = drops.account
            JOIN slots ON slots.id = drops.slot JOIN machines ON machines.id = slots.machine
        WHERE drops.settled_at IS NULL AND drops.state = 'in_doubt'
        ORDER BY drops.doubt_at, drops.id)");
    std::vector<DoubtRow> rows;
    for (query.start(); query.step();) {
        rows.push_back({
            .drop = query.integer(0),
            .member = query.text(1),
            .machine = query.text(2),
            .slot = static_cast<int>(query.integer(3)),
            .item = query.text(4),
            .price = query.integer(5),
            .opened_at_ms = query.integer(6),
            .doubt_at_ms = query.integer(7),
            .reason = query.text(8),
            .has_id = query.flag(9),
            .board_may_know = query.flag(10),
            .evidence = {},
        });
    }
    auto evidence = ledger.prepare("SELECT at, what FROM evidence WHERE drop_id = ?1 ORDER BY id");
    for (auto& row : rows) {
        for (evidence.start(row.drop); evidence.step();) {
            row.evidence.push_back({.at_ms = evidence.integer(0), .what = evidence.text(1)});
        }
    }
    return rows;
}

std::optional<std::int64_t> find_account(sqlite::Database& ledger, std::string_view name)
{
    auto query = ledger.prepare(
        "SELECT id FROM accounts WHERE name = ?1 AND kind = 'member' "
        "ORDER BY closed_at IS NOT NULL, closed_at DESC LIMIT 1");
    query.start(name);
    if (!query.step()) return std::nullopt;
    return query.integer(0);
}

// An account's drops are a chain, whose end may have been removed; a doubt of long ago may be
// behind that. What came and what went is found by an index each.
History::History(sqlite::Database& ledger)
    : drops_{ledger.prepare(R"(
        WITH RECURSIVE chain(id) AS (
            SELECT last_drop FROM accounts WHERE id = ?1 UNION ALL
            SELECT previous FROM chain JOIN drops ON drops.id = chain.id LIMIT ?2),
        mine(id) AS (
            SELECT id FROM chain UNION
            SELECT * FROM (SELECT id FROM drops WHERE account = ?1 AND doubt_at IS NOT NULL
                           ORDER BY id DESC LIMIT ?2))
        SELECT drops.id, machines.name, slots.number, drops.item, drops.price, state, opened_at,
               coalesce(doubt_reason, ''), settled_at, coalesce(settled_by, ''),
               coalesce(settled_reason, '')
        FROM mine JOIN drops ON drops.id = mine.id JOIN slots ON slots.id = slot
            JOIN machines ON machines.id = machine
        ORDER BY drops.id DESC LIMIT ?2)")},
      transfers_{ledger.prepare(R"(
        WITH mine AS (
            SELECT * FROM (SELECT * FROM transfers
                WHERE debit = ?1 AND debit <> 1 AND drop_id IS NULL ORDER BY id DESC LIMIT ?2)
            UNION ALL
            SELECT * FROM (SELECT * FROM transfers
                WHERE credit = ?1 AND credit <> 1 AND drop_id IS NULL ORDER BY id DESC LIMIT ?2))
        SELECT id, at, iif(credit = ?1, amount, -amount), actor, reason
        FROM mine ORDER BY id DESC LIMIT ?2)")}
{
}

std::vector<DropRow> History::drops(std::int64_t account, std::int64_t limit)
{
    std::vector<DropRow> rows;
    for (drops_.start(account, limit); drops_.step();) {
        rows.push_back({
            .drop = drops_.integer(0),
            .machine = drops_.text(1),
            .slot = static_cast<int>(drops_.integer(2)),
            .item = drops_.text(3),
            .price = drops_.integer(4),
            .state = drops_.text(5),
            .opened_at_ms = drops_.integer(6),
            .doubt_reason = drops_.text(7),
            .settled_at_ms = drops_.optional_integer(8),
            .settled_by = drops_.text(9),
            .settled_reason = drops_.text(10),
        });
    }
    return rows;
}

std::vector<TransferRow> History::transfers(std::int64_t account, std::int64_t limit)
{
    std::vector<TransferRow> rows;
    for (transfers_.start(account, limit); transfers_.step();) {
        rows.push_back({
            .transfer = transfers_.integer(0),
            .at_ms = transfers_.integer(1),
            .credits = transfers_.integer(2),
            .actor = transfers_.text(3),
            .reason = transfers_.text(4),
        });
    }
    return rows;
}

std::vector<HistoryRow> History::events(std::int64_t account, std::int64_t limit)
{
    std::vector<HistoryRow> rows;
    for (auto& drop : drops(account, limit)) rows.emplace_back(std::move(drop));
    for (auto& transfer : transfers(account, limit)) rows.emplace_back(std::move(transfer));
    std::ranges::stable_sort(rows, std::ranges::greater{}, [](const HistoryRow& row) {
        return std::visit([](const auto& event) { return time_of(event); }, row);
    });
    if (std::cmp_greater(rows.size(), limit)) rows.resize(static_cast<std::size_t>(limit));
    return rows;
}

}  // namespace ledger
