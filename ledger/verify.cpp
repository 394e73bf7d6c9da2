#include "ledger/verify.hpp"

#include "ledger/read_only.hpp"

#include <algorithm>
#include <string_view>

namespace ledger {
namespace {

// A rule as a query for what breaks it: each row is one violation, as a sentence. `counted` names
// the table whose rows the rule is about.
struct Rule {
    std::string_view name;
    std::string_view counted;
    std::string_view violations;
};

// SQLite leaves CHECK constraints out of its own check on a connection that only reads, so those
// that figures depend on are rules here.
constexpr Rule rules[] = {
    {"the file is intact", "sqlite_schema",
     "SELECT integrity_check FROM pragma_integrity_check(10) WHERE integrity_check <> 'ok'"},
    {"every reference leads somewhere", "sqlite_schema",
     R"(SELECT printf('row %s of %s refers to a missing row of %s', rowid, "table", parent)
        FROM pragma_foreign_key_check)"},
    {"a transfer moves credits between two accounts", "all_transfers", R"(
        SELECT printf('transfer %d moves %d from account %d to %d', id, amount, debit, credit)
        FROM transfers WHERE amount <= 0 OR debit = credit
        UNION ALL
        SELECT printf('drop %d moves %d from account %d to 1', id, price, account)
        FROM drops WHERE price < 0 OR account = 1)"},
    {"a drop is open or was settled", "drops", R"(
        SELECT printf('drop %d is %s and %s', id, state,
                      iif(settled_at IS NULL, 'was never settled', 'was settled'))
        FROM drops WHERE (settled_at IS NULL) <> (state IN ('reserved', 'in_doubt')))"},
    // The balance of the house is not stored.
    {"the sum of all accounts is zero", "accounts", R"(
        SELECT 'the sum is ' || (members + house) FROM (
            SELECT (SELECT sum(balance) FROM accounts) AS members,
                   (SELECT coalesce(sum(iif(credit = 1, amount, -amount)), 0)
                    FROM all_transfers WHERE 1 IN (debit, credit)) AS house)
        WHERE members + house <> 0)"},
    {"every balance is the sum of its transfers", "accounts", R"(
        WITH moved(account, amount) AS (
            SELECT credit, amount FROM all_transfers UNION ALL
            SELECT debit, -amount FROM all_transfers),
        sums(account, amount) AS (SELECT account, sum(amount) FROM moved GROUP BY account)
        SELECT printf('%s has %d, its transfers say %d', name, balance, coalesce(amount, 0))
        FROM accounts LEFT JOIN sums ON sums.account = accounts.id
        WHERE kind = 'member' AND balance <> coalesce(amount, 0))"},
    {"every hold is what open drops cost", "accounts", R"(
        WITH sums(account, amount) AS (
            SELECT account, sum(price) FROM drops WHERE settled_at IS NULL GROUP BY account)
        SELECT printf('%s has %d held, open drops cost %d', name, held, coalesce(amount, 0))
        FROM accounts LEFT JOIN sums ON sums.account = accounts.id
        WHERE held <> coalesce(amount, 0))"},
    {"held credits are there", "accounts", R"(
        SELECT printf('%s has %d, %d of them held', name, balance, held) FROM accounts
        WHERE balance < held)"},
    {"no member's balance is below zero", "accounts", R"(
        SELECT printf('%s has %d', name, balance) FROM accounts
        WHERE kind = 'member' AND balance < 0)"},
    {"a closed account has nothing but holds", "accounts", R"(
        SELECT printf('%s has %d, %d of them held', name, balance, held)
        FROM accounts WHERE closed_at IS NOT NULL AND balance <> held)"},
    {"an account leads to its newest drop, and each to the one before", "drops", R"(
        WITH steps(what, id, leads_to, next) AS (
            SELECT 'drop', id, previous, lag(id) OVER (PARTITION BY account ORDER BY id)
            FROM drops UNION ALL
            SELECT 'account', accounts.id, last_drop, max(drops.id)
            FROM accounts JOIN drops ON account = accounts.id GROUP BY accounts.id)
        SELECT printf('%s %d leads to %d, past drop %d', what, id, leads_to, next)
        FROM steps WHERE coalesce(leads_to, 0) < next)"},
    {"one drop under way per member", "drops", R"(
        SELECT printf('%s has %d', name, count(*))
        FROM drops JOIN accounts ON accounts.id = drops.account
        WHERE state = 'reserved' GROUP BY accounts.id HAVING count(*) > 1)"},
    {"a drop is the only transfer that names it", "drops", R"(
        SELECT printf('transfer %d names drop %d, which is %s', transfers.id, drops.id, state)
        FROM transfers JOIN drops ON drops.id = drop_id)"},
    {"what was paid for removed drops is what they cost", "transfers", R"(
        SELECT printf('%d was paid, they cost %d', paid, cost) FROM (
            SELECT (SELECT coalesce(sum(amount), 0) FROM transfers
                    WHERE drop_id IS NOT NULL AND drop_id NOT IN (SELECT id FROM drops)) AS paid,
                   (SELECT coalesce(sum(pruned_paid), 0) FROM slots) AS cost)
        WHERE paid <> cost)"},
    {"every stock is what came in less what left", "slots", R"(
        WITH moved(slot, amount) AS (
            SELECT slot, amount FROM stock_changes UNION ALL
            SELECT slot, correction - stock_taken FROM drops UNION ALL
            SELECT id, pruned_stock FROM slots),
        sums(slot, amount) AS (SELECT slot, sum(amount) FROM moved GROUP BY slot)
        SELECT printf('slot %d of %s has %s, its changes say %d', number, machines.name,
                      coalesce(stock, 'no count'), coalesce(amount, 0))
        FROM slots JOIN machines ON machines.id = machine LEFT JOIN sums ON sums.slot = slots.id
        WHERE coalesce(stock, 0) <> coalesce(amount, 0))"},
    {"every held item is one of an open drop", "slots", R"(
        WITH open(slot, times) AS (
            SELECT slot, count(*) FROM drops WHERE settled_at IS NULL GROUP BY slot)
        SELECT printf('slot %d of %s has %d held, open drops need %d', number, machines.name, held,
                      coalesce(times, 0))
        FROM slots JOIN machines ON machines.id = machine LEFT JOIN open ON open.slot = slots.id
        WHERE held <> coalesce(times, 0))"},
    {"held items are there", "slots", R"(
        SELECT printf('slot %d of %s has %d, %d of them held', number, machines.name, stock, held)
        FROM slots JOIN machines ON machines.id = machine WHERE stock < held)"},
    {"every figure of items sold is right", "slots", R"(
        WITH dispensed(slot, times) AS (
            SELECT slot, count(*) FROM drops WHERE state = 'dispensed' GROUP BY slot)
        SELECT printf('slot %d of %s says %d, its drops say %d', number, machines.name, sold,
                      pruned_sold + coalesce(times, 0))
        FROM slots JOIN machines ON machines.id = machine
            LEFT JOIN dispensed ON dispensed.slot = slots.id
        WHERE sold <> pruned_sold + coalesce(times, 0))"},
};

}  // namespace

std::vector<Check> verify(const std::filesystem::path& file)
{
    auto database = open_read_only(file);
    database.execute("BEGIN");
    std::vector<Check> checks;
    for (const auto& rule : rules) {
        Check check{
            .rule = std::string{rule.name},
            .looked_at = database.integer("SELECT count(*) FROM " + std::string{rule.counted}),
            .violations = {},
        };
        constexpr std::size_t shown_max = 10;
        try {
            auto query = database.prepare(rule.violations);
            query.start();
            while (check.violations.size() < shown_max && query.step()) {
                check.violations.push_back(query.text(0));
            }
            query.reset();
        } catch (const sqlite::Error& error) {
            check.violations.emplace_back(error.what());
        }
        checks.push_back(std::move(check));
    }
    return checks;
}

bool all_hold(const std::vector<Check>& checks)
{
    return std::ranges::all_of(checks, &Check::holds);
}

}  // namespace ledger
