#include "ledger/ledger.hpp"

#include "ledger/damage.hpp"
#include "ledger/schema.hpp"
#include "ledger/statements.hpp"
#include "ledger/unusable.hpp"

#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>

namespace ledger {
namespace {

std::int64_t system_now_ms()
{
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

// The ledger holds password hashes: only its owner may read it. SQLite gives the files beside it
// the same mode.
void create_private(const std::filesystem::path& file)
{
    const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (descriptor >= 0) {
        ::close(descriptor);
    } else if (errno != EEXIST) {
        const auto why = std::generic_category().message(errno);
        throw Unusable{"it cannot be created: " + why};
    }
}

}  // namespace

Surroundings default_surroundings()
{
    return {.now_ms = system_now_ms, .report_fault = [](std::string_view) {}};
}

Ledger::Statements::Statements(sqlite::Database& database)
    : begin{database.prepare("BEGIN IMMEDIATE")},
      count_batch{database.prepare("UPDATE ledger SET batch = ?1")},
      commit{database.prepare("COMMIT")},
      find_account{database.prepare(
          "SELECT id FROM accounts WHERE name = ?1 AND closed_at IS NULL AND kind = 'member'")},
      find_credentials{
          database.prepare("SELECT id, coalesce(password, '') FROM accounts "
                           "WHERE name = ?1 AND closed_at IS NULL AND kind = 'member'")},
      find_ibutton{
          database.prepare("SELECT id FROM accounts WHERE ibutton = ?1 AND closed_at IS NULL")},
      insert_account{
          database.prepare("INSERT INTO accounts (kind, name, admin, password, ibutton, opened_at) "
                           "VALUES ('member', ?1, ?2, ?3, ?4, ?5)")},
      update_account_figures{database.prepare(
          "UPDATE accounts SET balance = ?2, held = ?3, last_drop = ?4 WHERE id = ?1")},
      update_flags{database.prepare("UPDATE accounts SET admin = ?2, locked = ?3 WHERE id = ?1")},
      update_ibutton{database.prepare("UPDATE accounts SET ibutton = ?2 WHERE id = ?1")},
      update_password{database.prepare("UPDATE accounts SET password = ?2 WHERE id = ?1")},
      close_account{database.prepare(
          "UPDATE accounts SET closed_at = ?2, password = NULL, ibutton = NULL WHERE id = ?1")},
      insert_transfer{
          database.prepare("INSERT INTO transfers (at, debit, credit, amount, actor, reason) "
                           "VALUES (?1, ?2, ?3, ?4, ?5, ?6)")},
      history{database},
      find_machine{database.prepare("SELECT id FROM machines WHERE name = ?1")},
      insert_machine{database.prepare("INSERT INTO machines (name) VALUES (?1)")},
      insert_slot{database.prepare(
          "INSERT INTO slots (machine, number, in_settings, item, price, stock, capacity, enabled, "
          "file_item, file_price, file_count, file_capacity, file_enabled) "
          "VALUES (?1, ?2, 1, ?3, ?4, NULL, ?5, ?6, ?3, ?4, ?7, ?5, ?6)")},
      file_values{database.prepare(
          "SELECT file_item, file_price, file_count, file_capacity, file_enabled, capacity "
          "FROM slots WHERE id = ?1")},
      update_file_values{database.prepare(
          "UPDATE slots SET file_item = ?2, file_price = ?3, file_count = ?4, file_capacity = ?5, "
          "file_enabled = ?6, capacity = ?7 WHERE id = ?1")},
      update_slot{database.prepare(
          "UPDATE slots SET in_settings = ?2, item = ?3, price = ?4, enabled = ?5, sensor = ?6 "
          "WHERE id = ?1")},
      update_slot_figures{
          database.prepare("UPDATE slots SET stock = ?2, held = ?3, sold = ?4 WHERE id = ?1")},
      insert_stock_change{
          database.prepare("INSERT INTO stock_changes (at, slot, amount, actor, reason) "
                           "VALUES (?1, ?2, ?3, ?4, ?5)")},
      insert_temperature{database.prepare(
          "INSERT OR REPLACE INTO temperatures (machine, at, fahrenheit) VALUES (?1, ?2, ?3)")},
      last_temperature{database.prepare(
          "SELECT at, fahrenheit FROM temperatures WHERE machine = ?1 ORDER BY at DESC LIMIT 1")},
      insert_drop{database.prepare(
          "INSERT INTO drops (id, account, slot, previous, item, price, state, protocol, "
          "opened_at, correction) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'reserved', ?7, ?8, ?9)")},
      doubt_drop{database.prepare(
          "UPDATE drops SET state = 'in_doubt', doubt_at = ?2, doubt_reason = ?3 WHERE id = ?1")},
      settle_drop{database.prepare(
          "UPDATE drops SET state = ?2, settled_at = ?3, settled_by = ?4, settled_reason = ?5, "
          "correction = ?6, stock_taken = ?7 WHERE id = ?1 AND settled_at IS NULL")},
      settled_drop{database.prepare("SELECT state, account FROM drops WHERE id = ?1")},
      set_protocol{database.prepare("UPDATE drops SET protocol = ?2 WHERE id = ?1")},
      note_never_known{database.prepare("UPDATE drops SET never_known = 1 WHERE id = ?1")},
      insert_evidence{
          database.prepare("INSERT INTO evidence (drop_id, at, what) SELECT ?1, ?2, ?3 "
                           "WHERE (SELECT count(*) FROM evidence WHERE drop_id = ?1) < ?4")},
      find_reply{database.prepare("SELECT reply FROM requests WHERE id = ?1")},
      insert_reply{database.prepare("INSERT INTO requests (id, at, reply) VALUES (?1, ?2, ?3)")},
      // Ids rise with time, so the oldest drops are first. The newest stays: the next id is above
      // it.
      remove_drops{database.prepare(
          "DELETE FROM drops WHERE settled_at < ?1 AND id IN (SELECT id FROM drops "
          "WHERE settled_at IS NOT NULL AND id < (SELECT max(id) FROM drops) "
          "ORDER BY id LIMIT ?2)")},
      // In the order of the key of temperatures: not a row is read that stays.
      remove_temperatures{database.prepare(
          "DELETE FROM temperatures WHERE (machine, at) IN (SELECT machine, at FROM machines "
          "CROSS JOIN temperatures ON machine = machines.id AND at < ?1 LIMIT ?2)")},
      remove_requests{database.prepare(
          "DELETE FROM requests WHERE id IN (SELECT id FROM requests WHERE at < ?1 LIMIT ?2)")}
{
}

Ledger::Ledger(std::filesystem::path file, Surroundings surroundings)
    : file_{std::move(file)}, surroundings_{std::move(surroundings)}
{
    try {
        create_private(file_);
        auto database = open_file();
        if (database->is_read_only()) {
            throw Unusable{"it may only be read: look at the owner and the mode of the file"};
        }
        version_of(*database);  // First of all: a file of another program stays as it is.
        refuse_damage(*database);
        use(std::move(database));
        load();
        prove_writable();  // Not at the first drop: another program may keep it locked.
        for (const auto& [id, drop] : open_drops_) {
            if (drop.state == DropState::reserved) mark_in_doubt(id, "the daemon was restarted");
        }
    } catch (const sqlite::Error& error) {
        if (error.is_locked()) throw Unusable{"another program has locked it"};
        if (error.is_damage()) throw damaged(error.what());
        throw Unusable{error.what()};
    }
    if (commit() != Commit::kept) {
        throw Unusable{"nothing can be written to it: is the disk full?"};
    }
}

Ledger::~Ledger() = default;
Ledger::Ledger(Ledger&&) noexcept = default;

std::unique_ptr<sqlite::Database> Ledger::open_file() const
{
    return std::make_unique<sqlite::Database>(file_, sqlite::Database::Mode::read_write);
}

void Ledger::use(std::unique_ptr<sqlite::Database> database)
{
    migrate(*database);
    if (database->text("PRAGMA journal_mode = WAL") != "wal") {
        throw Unusable{"its file system does not allow a write-ahead log"};
    }
    database->execute("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;");
    statements_ = std::make_unique<Statements>(*database);
    database_ = std::move(database);
}

void Ledger::write()
{
    if (!database_->in_transaction()) statements_->begin.run();
}

Ledger::Commit Ledger::commit()
{
    if (database_->in_transaction()) {
        const auto batch = batch_ + 1;
        try {
            write_figures();
            statements_->count_batch.run(batch);
        } catch (const sqlite::Error& error) {
            surroundings_.report_fault(error.what());
            rollback();
            return Commit::not_kept;
        }
        try {
            statements_->commit.run();
        } catch (const sqlite::Error& error) {
            surroundings_.report_fault(error.what());
            if (!error.is_out_of_space() && !error.is_locked()) {
                doubtful_batch_ = batch;
                return find_out();
            }
            rollback();
            return Commit::not_kept;
        }
        batch_ = batch;
    }
    slots_.for_each_changed([&](SlotKey, const SlotEntry& entry) {
        changed_slots_.push_back({.machine = entry.machine, .slot = entry.slot});
    });
    accounts_.commit();
    slots_.commit();
    slot_places_.commit();
    open_drops_.commit();
    return Commit::kept;
}

std::optional<std::int64_t> Ledger::stored(DropId drop)
{
    if (drop == DropId{}) return std::nullopt;
    return protocol::number(drop);
}

void Ledger::write_figures()
{
    accounts_.for_each_changed([&](AccountId id, const Account& account) {
        if (id == house) return;  // Its balance is minus the sum of the others.
        statements_->update_account_figures.run(
            protocol::number(id), account.balance, account.held, stored(account.last_drop));
    });
    slots_.for_each_changed([&](SlotKey key, const SlotEntry& entry) {
        const auto& slot = entry.slot;
        statements_->update_slot_figures.run(
            static_cast<std::int64_t>(key), slot.stock, slot.held, slot.sold);
    });
}

void Ledger::rollback()
{
    if (database_->in_transaction()) {
        try {
            database_->execute("ROLLBACK");
        } catch (const sqlite::Error& error) {
            // SQLite has then rolled back by itself.
            surroundings_.report_fault(error.what());
        }
    }
    accounts_.rollback();
    slots_.rollback();
    slot_places_.rollback();
    open_drops_.rollback();
}

Ledger::Commit Ledger::find_out()
{
    try {
        statements_.reset();
        database_.reset();
        use(open_file());
        load();
        if (batch_ != doubtful_batch_) return Commit::not_kept;
        // What the log seems to hold may be in the system's cache only. A checkpoint writes it into
        // the file and syncs that, so that what was found is also what stays.
        checkpoint();
        return Commit::kept;
    } catch (const std::exception& error) {
        surroundings_.report_fault(error.what());
        statements_.reset();
        database_.reset();
        return Commit::unknown;
    }
}

void Ledger::checkpoint()
{
    auto checkpoint = database_->prepare("PRAGMA wal_checkpoint(TRUNCATE)");
    checkpoint.start();
    const bool done = checkpoint.step() && checkpoint.integer(0) == 0;
    checkpoint.reset();
    if (!done) throw Unusable{"its write-ahead log is in use by another program"};
}

std::optional<std::string> Ledger::reply_of(std::string_view request)
{
    auto& find = statements_->find_reply;
    find.start(request);
    if (!find.step()) return std::nullopt;
    auto reply = find.text(0);
    find.reset();
    return reply;
}

void Ledger::keep_reply(std::string_view request, std::string_view reply)
{
    write();
    statements_->insert_reply.run(request, now(), reply);
}

}  // namespace ledger
