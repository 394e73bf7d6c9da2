#pragma once

#include "ledger/read_only.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What people ask a ledger: read from the file, beside a running daemon too.
namespace ledger {

struct AccountRow {
    std::string name;
    std::int64_t balance = 0;  ///< Spendable.
    std::int64_t held = 0;
    bool admin = false;
    bool locked = false;
    bool has_password = false;
    std::string ibutton_end;  ///< The last four digits: the whole id opens the account.
};
/// Every open account, by name.
std::vector<AccountRow> list_accounts(sqlite::Database& ledger);

struct DoubtRow {
    std::int64_t drop = 0;
    std::string member;
    std::string machine;
    int slot = 0;
    std::string item;
    std::int64_t price = 0;
    std::int64_t opened_at_ms = 0;
    std::int64_t doubt_at_ms = 0;
    std::string reason;
};
/// Every drop in doubt, the oldest first.
std::vector<DoubtRow> list_doubts(sqlite::Database& ledger);

}  // namespace ledger
