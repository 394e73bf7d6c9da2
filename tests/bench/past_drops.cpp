#include "past_drops.hpp"

#include "ledger/sqlite.hpp"

#include <fmt/format.h>

// The drops, which are what was paid for them, and then what that comes to, in one statement each.
// The house is account 1, and members follow it.
void add_past_drops(const std::filesystem::path& file, std::int64_t members, std::int64_t drops)
{
    ledger::sqlite::Database database{file, ledger::sqlite::Database::Mode::read_write};
    database.execute("PRAGMA synchronous = OFF; PRAGMA cache_size = -500000; BEGIN");
    const auto numbers = fmt::format(
        "WITH RECURSIVE numbers(n) AS "
        "(SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < {} - 1) ",
        drops);
    database.execute(fmt::format(
        "{0} INSERT INTO drops (id, account, slot, previous, item, price, state, opened_at, "
        "settled_at, settled_by, settled_reason) SELECT 1 + n, 2 + n % {1}, 1, "
        "iif(n < {1}, NULL, 1 + n - {1}), 'Coke', 1, 'dispensed', 1600000000000 + n, "
        "1600000000000 + n, 'board:m0', 'drop' FROM numbers",
        numbers, members));
    database.execute(fmt::format(
        "UPDATE accounts SET balance = balance - times, last_drop = newest FROM "
        "(SELECT account, count(*) AS times, max(id) AS newest FROM drops GROUP BY account) "
        "WHERE accounts.id = account;"
        "UPDATE slots SET sold = {} WHERE id = 1; COMMIT",
        drops));
}
