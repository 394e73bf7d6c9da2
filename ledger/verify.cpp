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
    {"a transfer moves credits between two accounts", "transfers", R"(
        SELECT printf('transfer %d moves %d from account %d to %d', id, amount, debit, credit)
        FROM transfers WHERE amount <= 0 OR debit = credit)"},
    {"a drop is open or was settled", "drops", R"(
        SELECT printf('drop %d is %s and %s', id, state,
                      iif(settled_at IS NULL, 'was never settled', 'was settled'))
        FROM drops WHERE (settled_at IS NULL) <> (state IN ('reserved', 'in_doubt')))"},
    {"the sum of all accounts is zero", "accounts",
     "SELECT 'the sum is ' || sum(balance) FROM accounts HAVING sum(balance) <> 0"},
    {"every balance is the sum of its transfers", "accounts", R"(
        WITH moved(account, amount) AS (
            SELECT credit, amount FROM transfers UNION ALL
            SELECT debit, -amount FROM transfers),
        sums(account, amount) AS (SELECT account, sum(amount) FROM moved GROUP BY account)
        SELECT printf('%s has %d, its transfers say %d', name, balance, coalesce(amount, 0))
        FROM accounts LEFT JOIN sums ON sums.account = accounts.id
        WHERE balance <> coalesce(amount, 0))"},
    {"held credits are there", "accounts", R"(
        SELECT printf('%s has %d, open drops hold %d', name, balance, sum(price))
        FROM drops JOIN accounts ON accounts.id = drops.account
        WHERE settled_at IS NULL AND kind = 'member'
        GROUP BY accounts.id HAVING balance < sum(price))"},
    {"no member's balance is below zero", "accounts", R"(
        SELECT printf('%s has %d', name, balance) FROM accounts
        WHERE kind = 'member' AND balance < 0)"},
    {"a closed account has nothing but holds", "accounts", R"(
        SELECT printf('%s has %d, open drops hold %d', name, balance, held) FROM (
            SELECT name, balance, (SELECT coalesce(sum(price), 0) FROM drops
                WHERE account = accounts.id AND settled_at IS NULL) AS held
            FROM accounts WHERE closed_at IS NOT NULL) WHERE balance <> held)"},
    {"one drop under way per member", "drops", R"(
        SELECT printf('%s has %d', name, count(*))
        FROM drops JOIN accounts ON accounts.id = drops.account
        WHERE state = 'reserved' GROUP BY accounts.id HAVING count(*) > 1)"},
    {"a dispensed drop was paid once, any other never", "drops", R"(
        SELECT printf('drop %d is %s with a price of %d; %d was paid in %d transfers',
                      id, state, price, paid, times) FROM (
            SELECT drops.id, state, price, coalesce(sum(amount), 0) AS paid,
                   count(transfers.id) AS times
            FROM drops LEFT JOIN transfers ON drop_id = drops.id
            GROUP BY drops.id)
        WHERE paid <> iif(state = 'dispensed', price, 0)
            OR times > iif(state = 'dispensed', 1, 0))"},
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
    {"held items are there", "slots", R"(
        SELECT printf('slot %d of %s has %d, open drops hold %d', number, machines.name, stock,
                      count(*))
        FROM drops JOIN slots ON slots.id = drops.slot JOIN machines ON machines.id = machine
        WHERE settled_at IS NULL GROUP BY slots.id HAVING stock < count(*))"},
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
