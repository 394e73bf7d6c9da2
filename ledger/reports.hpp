#pragma once

#include "ledger/read_only.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
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

/// What may help people to settle a drop in doubt.
struct EvidenceRow {
    std::int64_t at_ms = 0;
    std::string what;
};
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
    bool has_id = false;          ///< Its board was sent the id: not the policy's to settle.
    bool board_may_know = false;  ///< The board can still be asked.
    std::vector<EvidenceRow> evidence;
};
/// Every drop in doubt, the oldest first.
std::vector<DoubtRow> list_doubts(sqlite::Database& ledger);

/// The open account of that name, or else the one that was closed last.
std::optional<std::int64_t> find_account(sqlite::Database& ledger, std::string_view name);

struct DropRow {
    std::int64_t drop = 0;
    std::string machine;
    int slot = 0;
    std::string item;
    std::int64_t price = 0;
    std::string state;
    std::int64_t opened_at_ms = 0;
    std::string doubt_reason;  ///< Empty when it never was in doubt.
    std::optional<std::int64_t> settled_at_ms;
    std::string settled_by;
    std::string settled_reason;
};

struct TransferRow {
    std::int64_t transfer = 0;
    std::int64_t at_ms = 0;
    std::int64_t credits = 0;  ///< Negative when they left the account.
    std::string actor;
    std::string reason;
};
using HistoryRow = std::variant<DropRow, TransferRow>;

/// The histories of accounts, each with the newest first. Its statements are prepared once: the
/// ledger's own thread has one as well, for what members ask.
class History {
public:
    /// `ledger` must outlive it.
    explicit History(sqlite::Database& ledger);

    std::vector<DropRow> drops(std::int64_t account, std::int64_t limit);
    /// But for those that paid drops.
    std::vector<TransferRow> transfers(std::int64_t account, std::int64_t limit);
    /// The last of both together.
    std::vector<HistoryRow> events(std::int64_t account, std::int64_t limit);

private:
    sqlite::Statement drops_;
    sqlite::Statement transfers_;
};

}  // namespace ledger
