#include "ledger/reports.hpp"

namespace ledger {

std::vector<AccountRow> list_accounts(sqlite::Database& ledger)
{
    auto query = ledger.prepare(R"(
        SELECT name, balance, held, admin, locked, has_password, ibutton_end FROM (
            SELECT name, balance, admin, locked, password IS NOT NULL AS has_password,
                   coalesce(substr(ibutton, -4), '') AS ibutton_end,
                   (SELECT coalesce(sum(price), 0) FROM drops
                    WHERE account = accounts.id AND settled_at IS NULL) AS held
            FROM accounts WHERE kind = 'member' AND closed_at IS NULL)
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
               drops.opened_at, drops.doubt_at, coalesce(drops.doubt_reason, '')
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
        });
    }
    return rows;
}

}  // namespace ledger
