#include "ledger/damage.hpp"

namespace ledger {
namespace {

void look(sqlite::Database& database, const std::string& pragma)
{
    const auto found = database.text(pragma);
    if (found != "ok") throw damaged(found);
}

}  // namespace

Unusable damaged(const std::string& what)
{
    return Unusable{
        "it is damaged (" + what +
        "): 'drinkd ledger verify' tells more, 'drinkd ledger restore' puts a backup in its place"};
}

void refuse_damage(sqlite::Database& database, std::int64_t read_whole_bytes_max)
try {
    const auto bytes = database.integer("PRAGMA page_count") * database.integer("PRAGMA page_size");
    if (bytes <= read_whole_bytes_max) {
        look(database, "PRAGMA quick_check(1)");
        return;
    }
    for (const auto* table : {"ledger", "accounts", "machines", "slots"}) {
        look(database, std::string{"PRAGMA quick_check("} + table + ")");
    }
} catch (const sqlite::Error& error) {
    if (error.is_damage()) throw damaged(error.what());
    throw;
}

}  // namespace ledger
