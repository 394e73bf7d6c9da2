#include "simulation/witness.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace simulation {
namespace {

constexpr const char* columns = R"(
    SELECT drops.id, state, machines.name, number, drops.protocol = 2,
           doubt_at IS NOT NULL, coalesce(settled_by, '')
    FROM drops JOIN slots ON slots.id = drops.slot JOIN machines ON machines.id = slots.machine )";

// Each row is a rule that does not hold.
constexpr const char* rules = R"(
    SELECT 'the sum of all accounts is not zero'
    WHERE (SELECT sum(balance) FROM accounts) <>
          (SELECT coalesce(sum(iif(debit = 1, amount, -amount)), 0)
           FROM all_transfers WHERE 1 IN (debit, credit))
    UNION ALL
    SELECT name || ' has less than open drops hold' FROM accounts
    WHERE kind = 'member' AND balance < (SELECT coalesce(sum(price), 0) FROM drops
        WHERE account = accounts.id AND settled_at IS NULL)
    UNION ALL
    SELECT name || ' has more or less held than open drops cost' FROM accounts
    WHERE held <> (SELECT coalesce(sum(price), 0) FROM drops
        WHERE account = accounts.id AND settled_at IS NULL)
    UNION ALL
    SELECT name || ' has a balance that is not the sum of its transfers' FROM accounts
    WHERE kind = 'member' AND
          balance <> (SELECT coalesce(sum(iif(credit = accounts.id, amount, -amount)), 0)
        FROM all_transfers WHERE accounts.id IN (credit, debit))
    UNION ALL
    SELECT 'a drop was paid by something else' FROM drops JOIN transfers ON drop_id = drops.id
    UNION ALL
    SELECT 'a slot holds less than open drops hold of it' FROM slots
    WHERE stock < (SELECT count(*) FROM drops WHERE slot = slots.id AND settled_at IS NULL)
    UNION ALL
    SELECT 'a member has two drops under way' FROM drops WHERE state = 'reserved'
    GROUP BY account HAVING count(*) > 1)";

}  // namespace

Witness::Witness(const std::filesystem::path& ledger)
    : database_{ledger, ledger::sqlite::Database::Mode::read_only},
      drop_{database_.prepare(fmt::format("{} WHERE drops.id = ?1", columns))},
      version_{database_.prepare("PRAGMA data_version")},
      rules_{database_.prepare(rules)}
{
}

Witness::Drop Witness::row(const ledger::sqlite::Statement& statement)
{
    return {
        .id = protocol::DropId{statement.integer(0)},
        .state = statement.text(1),
        .machine = statement.text(2),
        .slot = static_cast<int>(statement.integer(3)),
        .tini2 = statement.flag(4),
        .was_in_doubt = statement.flag(5),
        .settled_by = statement.text(6),
    };
}

std::optional<Witness::Drop> Witness::drop(protocol::DropId id)
{
    drop_.start(protocol::number(id));
    if (!drop_.step()) return std::nullopt;
    auto found = row(drop_);
    drop_.reset();
    return found;
}

std::vector<Witness::Drop> Witness::drops()
{
    std::vector<Drop> all;
    auto query = database_.prepare(fmt::format("{} ORDER BY drops.id", columns));
    query.start();
    while (query.step()) all.push_back(row(query));
    return all;
}

std::vector<protocol::DropId> Witness::open_drops()
{
    std::vector<protocol::DropId> all;
    auto query = database_.prepare("SELECT id FROM drops WHERE settled_at IS NULL");
    query.start();
    while (query.step()) all.push_back(protocol::DropId{query.integer(0)});
    return all;
}

bool Witness::has_reserved_drop(const std::string& machine)
{
    const auto all = drops();
    return std::ranges::any_of(
        all, [&](const Drop& drop) { return drop.state == "reserved" && drop.machine == machine; });
}

std::set<std::string> Witness::transfer_reasons()
{
    std::set<std::string> all;
    auto query = database_.prepare("SELECT reason FROM all_transfers");
    query.start();
    while (query.step()) all.insert(query.text(0));
    return all;
}

bool Witness::sees_change()
{
    version_.start();
    version_.step();
    const auto version = version_.integer(0);
    version_.reset();
    return std::exchange(seen_, version) != version;
}

std::string Witness::broken_rule()
{
    rules_.start();
    if (!rules_.step()) return {};
    auto rule = rules_.text(0);
    rules_.reset();
    return rule;
}

}  // namespace simulation
