#include "ledger/schema.hpp"

#include "ledger/unusable.hpp"

#include <array>
#include <string>

namespace ledger {
namespace {

// Marks the file as a drinkd ledger ("drnk") in SQLite's header.
constexpr std::int64_t application_id = 0x64726e6b;

// The rules of the ledger stand here a second time, so that no mistake of the program can write
// what breaks them. As the newest version has them (docs/decisions/0013_rules_as_checks.md):
//   sum zero           the house has what the members have not: that is not stored
//   no overdraft, and  the check of accounts.held
//   held credits stay
//   stock              the check of slots.held: never below zero, never less than is held
//   one drop under way the unique index: 0 for a reserved drop, its own id for one in doubt
constexpr const char* version_1 = R"sql(
CREATE TABLE ledger (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    -- Rises with every transaction that writes; tells after a failed commit whether it was kept.
    batch INTEGER NOT NULL
) STRICT;
INSERT INTO ledger VALUES (1, 0);

CREATE TABLE accounts (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('house', 'member')),
    name TEXT NOT NULL COLLATE NOCASE,
    balance INTEGER NOT NULL DEFAULT 0 CHECK (balance >= 0 OR kind = 'house'),
    admin INTEGER NOT NULL DEFAULT 0 CHECK (admin IN (0, 1)),
    locked INTEGER NOT NULL DEFAULT 0 CHECK (locked IN (0, 1)),
    password TEXT,  -- argon2id, or NULL where nobody can log in with one
    ibutton TEXT,
    opened_at INTEGER NOT NULL,
    closed_at INTEGER
) STRICT;
CREATE UNIQUE INDEX accounts_by_name ON accounts (name) WHERE closed_at IS NULL;
CREATE UNIQUE INDEX accounts_by_ibutton ON accounts (ibutton)
    WHERE closed_at IS NULL AND ibutton IS NOT NULL;
INSERT INTO accounts (id, kind, name, opened_at) VALUES (1, 'house', '(house)', 0);

CREATE TABLE machines (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE  -- the id in the settings
) STRICT;

CREATE TABLE slots (
    id INTEGER PRIMARY KEY,
    machine INTEGER NOT NULL REFERENCES machines (id),
    number INTEGER NOT NULL CHECK (number BETWEEN 1 AND 255),
    in_settings INTEGER NOT NULL CHECK (in_settings IN (0, 1)),
    item TEXT NOT NULL,
    price INTEGER NOT NULL CHECK (price >= 0),
    stock INTEGER CHECK (stock >= 0),  -- items in it, held ones among them; NULL = not counted
    capacity INTEGER,
    enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    sensor INTEGER NOT NULL DEFAULT 0 CHECK (sensor IN (0, 1, 2)),  -- unknown, empty, present
    sold INTEGER NOT NULL DEFAULT 0 CHECK (sold >= 0),
    -- The value of each field that the settings file had last.
    file_item TEXT NOT NULL,
    file_price INTEGER NOT NULL,
    file_count INTEGER,
    file_capacity INTEGER,
    file_enabled INTEGER NOT NULL,
    UNIQUE (machine, number)
) STRICT;

CREATE TABLE drops (
    id INTEGER PRIMARY KEY CHECK (id BETWEEN 1 AND 9007199254740991),
    account INTEGER NOT NULL REFERENCES accounts (id),
    slot INTEGER NOT NULL REFERENCES slots (id),
    item TEXT NOT NULL,
    price INTEGER NOT NULL CHECK (price >= 0),
    state TEXT NOT NULL CHECK (state IN ('reserved', 'in_doubt', 'dispensed', 'refused', 'refunded',
                                         'cancelled', 'not_delivered')),
    opened_at INTEGER NOT NULL,
    doubt_at INTEGER,
    doubt_reason TEXT,
    settled_at INTEGER,
    settled_by TEXT,
    -- 1: the sensor was believed against the count, which was raised by one.
    correction INTEGER NOT NULL DEFAULT 0 CHECK (correction IN (0, 1)),
    stock_taken INTEGER NOT NULL DEFAULT 0 CHECK (stock_taken IN (0, 1)),
    CHECK ((settled_at IS NULL) = (state IN ('reserved', 'in_doubt'))),
    CHECK ((settled_at IS NULL) = (settled_by IS NULL))
) STRICT;
CREATE UNIQUE INDEX open_drops_by_account
    ON drops (account, iif(state = 'reserved', 0, id)) WHERE settled_at IS NULL;
CREATE INDEX open_drops_by_slot ON drops (slot) WHERE settled_at IS NULL;

CREATE TABLE transfers (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    debit INTEGER NOT NULL REFERENCES accounts (id),
    credit INTEGER NOT NULL REFERENCES accounts (id),
    amount INTEGER NOT NULL CHECK (amount > 0),
    drop_id INTEGER REFERENCES drops (id),
    actor TEXT NOT NULL,
    reason TEXT NOT NULL,
    CHECK (debit <> credit)
) STRICT;
CREATE TRIGGER transfers_move_balances AFTER INSERT ON transfers BEGIN
    UPDATE accounts SET balance = balance - NEW.amount WHERE id = NEW.debit;
    UPDATE accounts SET balance = balance + NEW.amount WHERE id = NEW.credit;
END;
CREATE TRIGGER transfers_stay BEFORE UPDATE ON transfers BEGIN
    SELECT RAISE(ABORT, 'a transfer is never changed');
END;
CREATE TRIGGER transfers_are_never_removed BEFORE DELETE ON transfers BEGIN
    SELECT RAISE(ABORT, 'a transfer is never removed');
END;
-- What changes a balance must be what the newest transfer does to it.
CREATE TRIGGER balances_change_by_transfers BEFORE UPDATE OF balance ON accounts BEGIN
    SELECT RAISE(ABORT, 'a balance changes only by a transfer') WHERE NOT EXISTS (
        SELECT 1 FROM transfers WHERE id = (SELECT max(id) FROM transfers)
            AND NEW.balance - OLD.balance = iif(credit = OLD.id, amount, 0) -
                                            iif(debit = OLD.id, amount, 0));
END;
CREATE TRIGGER accounts_start_empty BEFORE INSERT ON accounts WHEN NEW.balance <> 0 BEGIN
    SELECT RAISE(ABORT, 'a balance changes only by a transfer');
END;
CREATE TRIGGER accounts_keep_holds BEFORE UPDATE OF balance ON accounts
WHEN NEW.balance < OLD.balance AND OLD.kind = 'member' BEGIN
    SELECT RAISE(ABORT, 'held credits cannot be spent') WHERE NEW.balance <
        (SELECT coalesce(sum(price), 0) FROM drops WHERE account = OLD.id AND settled_at IS NULL);
END;
CREATE TRIGGER drops_are_covered BEFORE INSERT ON drops BEGIN
    SELECT RAISE(ABORT, 'the credits for the drop are not there')
        FROM accounts WHERE id = NEW.account AND balance - NEW.price <
        (SELECT coalesce(sum(price), 0) FROM drops
         WHERE account = NEW.account AND settled_at IS NULL);
    SELECT RAISE(ABORT, 'the item for the drop is not there')
        FROM slots WHERE id = NEW.slot AND stock <=
        (SELECT count(*) FROM drops WHERE slot = NEW.slot AND settled_at IS NULL);
END;
CREATE TRIGGER slots_keep_holds BEFORE UPDATE OF stock ON slots
WHEN NEW.stock < OLD.stock BEGIN
    SELECT RAISE(ABORT, 'held items cannot leave') WHERE NEW.stock <
        (SELECT count(*) FROM drops WHERE slot = OLD.id AND settled_at IS NULL);
END;
CREATE TRIGGER drops_settle_once BEFORE UPDATE OF state ON drops
WHEN OLD.settled_at IS NOT NULL BEGIN
    SELECT RAISE(ABORT, 'a drop settles once');
END;

-- What changed a stock besides drops: the settings file, an admin.
CREATE TABLE stock_changes (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    slot INTEGER NOT NULL REFERENCES slots (id),
    amount INTEGER NOT NULL,
    actor TEXT NOT NULL,
    reason TEXT NOT NULL
) STRICT;

CREATE TABLE temperatures (
    machine INTEGER NOT NULL REFERENCES machines (id),
    at INTEGER NOT NULL,
    fahrenheit REAL NOT NULL,
    PRIMARY KEY (machine, at)
) STRICT, WITHOUT ROWID;

-- Requests of the command line tools that were carried out, so that a repeated one is not.
CREATE TABLE requests (
    id TEXT PRIMARY KEY,
    at INTEGER NOT NULL,
    reply TEXT NOT NULL
) STRICT, WITHOUT ROWID;
)sql";

// Boards whose drops have ids; what people need to settle a doubt and to look back; drops that need
// not be kept for ever.
constexpr const char* version_2 = R"sql(
-- 2: sent, or to be sent, with its id, so that the board can be asked about it.
ALTER TABLE drops ADD COLUMN protocol INTEGER NOT NULL DEFAULT 1 CHECK (protocol IN (1, 2));
-- 1: the board was asked, and cannot know.
ALTER TABLE drops ADD COLUMN never_known INTEGER NOT NULL DEFAULT 0 CHECK (never_known IN (0, 1));
ALTER TABLE drops ADD COLUMN settled_reason TEXT;  -- NULL where version 1 settled
-- Without the open ones, or else it would be chosen for these, and find all that a member ever had.
CREATE INDEX settled_drops_by_account ON drops (account) WHERE settled_at IS NOT NULL;

CREATE TABLE evidence (
    id INTEGER PRIMARY KEY,
    drop_id INTEGER NOT NULL REFERENCES drops (id) ON DELETE CASCADE,
    at INTEGER NOT NULL,
    what TEXT NOT NULL
) STRICT;
CREATE INDEX evidence_by_drop ON evidence (drop_id);

-- What the drops did that were removed.
ALTER TABLE slots ADD COLUMN pruned_stock INTEGER NOT NULL DEFAULT 0;
ALTER TABLE slots ADD COLUMN pruned_sold INTEGER NOT NULL DEFAULT 0;
ALTER TABLE slots ADD COLUMN pruned_paid INTEGER NOT NULL DEFAULT 0;
CREATE TRIGGER open_drops_are_never_removed BEFORE DELETE ON drops
WHEN OLD.settled_at IS NULL BEGIN
    SELECT RAISE(ABORT, 'an open drop is never removed');
END;
CREATE TRIGGER pruned_drops_count AFTER DELETE ON drops BEGIN
    UPDATE slots SET pruned_stock = pruned_stock + OLD.correction - OLD.stock_taken,
        pruned_sold = pruned_sold + (OLD.state = 'dispensed'),
        pruned_paid = pruned_paid + iif(OLD.state = 'dispensed', OLD.price, 0)
    WHERE id = OLD.slot;
END;

-- A transfer that names a drop is its payment, and outlives it: hence no reference. In version 1
-- what a closed account got back named the drop that it came from.
DROP TRIGGER balances_change_by_transfers;
CREATE TABLE new_transfers (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    debit INTEGER NOT NULL REFERENCES accounts (id),
    credit INTEGER NOT NULL REFERENCES accounts (id),
    amount INTEGER NOT NULL CHECK (amount > 0),
    drop_id INTEGER,
    actor TEXT NOT NULL,
    reason TEXT NOT NULL,
    CHECK (debit <> credit)
) STRICT;
INSERT INTO new_transfers
    SELECT transfers.id, at, debit, credit, amount, drops.id, actor, reason
    FROM transfers LEFT JOIN drops ON drops.id = drop_id AND state = 'dispensed';
DROP TABLE transfers;
ALTER TABLE new_transfers RENAME TO transfers;
-- Of members, and without payments, which their drops tell: so a drop costs nothing here.
CREATE INDEX transfers_by_debit ON transfers (debit) WHERE drop_id IS NULL AND debit <> 1;
CREATE INDEX transfers_by_credit ON transfers (credit) WHERE drop_id IS NULL AND credit <> 1;
CREATE TRIGGER transfers_pay_drops BEFORE INSERT ON transfers WHEN NEW.drop_id IS NOT NULL BEGIN
    SELECT RAISE(ABORT, 'a transfer that names a drop pays it') WHERE NOT EXISTS (
        SELECT 1 FROM drops WHERE id = NEW.drop_id AND state = 'dispensed'
            AND account = NEW.debit AND price = NEW.amount);
END;
CREATE TRIGGER transfers_move_balances AFTER INSERT ON transfers BEGIN
    UPDATE accounts SET balance = balance - NEW.amount WHERE id = NEW.debit;
    UPDATE accounts SET balance = balance + NEW.amount WHERE id = NEW.credit;
END;
CREATE TRIGGER transfers_stay BEFORE UPDATE ON transfers BEGIN
    SELECT RAISE(ABORT, 'a transfer is never changed');
END;
CREATE TRIGGER transfers_are_never_removed BEFORE DELETE ON transfers BEGIN
    SELECT RAISE(ABORT, 'a transfer is never removed');
END;
CREATE TRIGGER balances_change_by_transfers BEFORE UPDATE OF balance ON accounts BEGIN
    SELECT RAISE(ABORT, 'a balance changes only by a transfer') WHERE NOT EXISTS (
        SELECT 1 FROM transfers WHERE id = (SELECT max(id) FROM transfers)
            AND NEW.balance - OLD.balance = iif(credit = OLD.id, amount, 0) -
                                            iif(debit = OLD.id, amount, 0));
END;
)sql";

// The figures of each account and slot are written once per transaction, and what they have to keep
// to are checks of one row: triggers took two thirds of what a drop cost.
constexpr const char* version_3 = R"sql(
DROP TRIGGER transfers_pay_drops;
DROP TRIGGER transfers_move_balances;
DROP TRIGGER balances_change_by_transfers;
DROP TRIGGER accounts_start_empty;
DROP TRIGGER accounts_keep_holds;

CREATE TABLE sums (
    sum INTEGER CONSTRAINT "the sum of all accounts is zero" CHECK (sum = 0)
) STRICT;
INSERT INTO sums SELECT sum(balance) FROM accounts;
DROP TABLE sums;
UPDATE accounts SET balance = 0 WHERE kind = 'house';
-- What the open drops of a member cost.
ALTER TABLE accounts ADD COLUMN held INTEGER NOT NULL DEFAULT 0
    CHECK (held BETWEEN 0 AND balance);
-- The member's newest drop: drops.previous leads on from there. The house has none, and no balance.
ALTER TABLE accounts ADD COLUMN last_drop INTEGER
    CHECK (kind = 'member' OR (balance = 0 AND last_drop IS NULL));

-- A list of more than two values behind IN becomes a table each time that it is checked, which is why
-- there is none in what a drop writes.
CREATE TABLE new_slots (
    id INTEGER PRIMARY KEY,
    machine INTEGER NOT NULL REFERENCES machines (id),
    number INTEGER NOT NULL CHECK (number BETWEEN 1 AND 255),
    in_settings INTEGER NOT NULL CHECK (in_settings IN (0, 1)),
    item TEXT NOT NULL,
    price INTEGER NOT NULL CHECK (price >= 0),
    stock INTEGER CHECK (stock >= held),  -- items in it, held ones among them; NULL = not counted
    held INTEGER NOT NULL DEFAULT 0 CHECK (held >= 0),  -- by open drops
    capacity INTEGER,
    enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    sensor INTEGER NOT NULL DEFAULT 0 CHECK (sensor BETWEEN 0 AND 2),  -- unknown, empty, present
    sold INTEGER NOT NULL DEFAULT 0 CHECK (sold >= 0),
    -- The value of each field that the settings file had last.
    file_item TEXT NOT NULL,
    file_price INTEGER NOT NULL,
    file_count INTEGER,
    file_capacity INTEGER,
    file_enabled INTEGER NOT NULL,
    -- What the drops did that were removed.
    pruned_stock INTEGER NOT NULL DEFAULT 0,
    pruned_sold INTEGER NOT NULL DEFAULT 0,
    pruned_paid INTEGER NOT NULL DEFAULT 0,
    UNIQUE (machine, number)
) STRICT;
INSERT INTO new_slots
    SELECT id, machine, number, in_settings, item, price, stock,
           (SELECT count(*) FROM drops WHERE slot = slots.id AND settled_at IS NULL),
           capacity, enabled, sensor, sold, file_item, file_price, file_count, file_capacity,
           file_enabled, pruned_stock, pruned_sold, pruned_paid
    FROM slots;

CREATE TABLE new_drops (
    id INTEGER PRIMARY KEY CHECK (id BETWEEN 1 AND 9007199254740991),
    account INTEGER NOT NULL REFERENCES accounts (id),
    slot INTEGER NOT NULL REFERENCES slots (id),
    -- The drop of that account before this one, which may have been removed: an index of drops by
    -- account would write a page more for each drop.
    previous INTEGER,
    item TEXT NOT NULL,
    price INTEGER NOT NULL CHECK (price >= 0),
    state TEXT NOT NULL,
    protocol INTEGER NOT NULL DEFAULT 1 CHECK (protocol IN (1, 2)),  -- 2: sent with its id
    opened_at INTEGER NOT NULL,
    doubt_at INTEGER,
    doubt_reason TEXT,
    -- 1: the board was asked, and cannot know.
    never_known INTEGER NOT NULL DEFAULT 0 CHECK (never_known IN (0, 1)),
    settled_at INTEGER,
    settled_by TEXT,
    settled_reason TEXT,  -- NULL where version 1 settled
    -- 1: the sensor was believed against the count, which was raised by one.
    correction INTEGER NOT NULL DEFAULT 0 CHECK (correction IN (0, 1)),
    stock_taken INTEGER NOT NULL DEFAULT 0 CHECK (stock_taken IN (0, 1)),
    CHECK ((settled_at IS NULL) = (settled_by IS NULL)),
    CHECK (iif(settled_at IS NULL, state = 'reserved' OR state = 'in_doubt',
               state = 'dispensed' OR state = 'refused' OR state = 'refunded' OR
               state = 'cancelled' OR state = 'not_delivered'))
) STRICT;
DROP INDEX settled_drops_by_account;
CREATE INDEX drops_by_account ON drops (account);
INSERT INTO new_drops
    SELECT id, account, slot,
           (SELECT max(id) FROM drops AS earlier
            WHERE earlier.account = drops.account AND earlier.id < drops.id),
           item, price, state, protocol, opened_at, doubt_at, doubt_reason, never_known,
           settled_at, settled_by, settled_reason, correction, stock_taken
    FROM drops ORDER BY id;
UPDATE accounts SET
    last_drop = (SELECT max(id) FROM drops WHERE account = accounts.id),
    held = (SELECT coalesce(sum(price), 0) FROM drops
            WHERE account = accounts.id AND settled_at IS NULL)
    WHERE kind = 'member';
DROP TABLE drops;
DROP TABLE slots;
ALTER TABLE new_drops RENAME TO drops;
ALTER TABLE new_slots RENAME TO slots;
CREATE UNIQUE INDEX open_drops_by_account
    ON drops (account, iif(state = 'reserved', 0, id)) WHERE settled_at IS NULL;
CREATE INDEX doubts_by_account ON drops (account) WHERE doubt_at IS NOT NULL;
CREATE TRIGGER open_drops_are_never_removed BEFORE DELETE ON drops
WHEN OLD.settled_at IS NULL BEGIN
    SELECT RAISE(ABORT, 'an open drop is never removed');
END;
CREATE TRIGGER pruned_drops_count AFTER DELETE ON drops BEGIN
    UPDATE slots SET pruned_stock = pruned_stock + OLD.correction - OLD.stock_taken,
        pruned_sold = pruned_sold + (OLD.state = 'dispensed'),
        pruned_paid = pruned_paid + iif(OLD.state = 'dispensed', OLD.price, 0)
    WHERE id = OLD.slot;
END;
)sql";

// A dispensed drop is the transfer of its price, and no other row says so as well.
constexpr const char* version_4 = R"sql(
CREATE TABLE sums (
    unpaid INTEGER CONSTRAINT "each dispensed drop was paid once" CHECK (unpaid = 0)
) STRICT;
INSERT INTO sums SELECT count(*) FROM (
    SELECT sum(iif(debit = account AND credit = 1, amount, 0)) AS paid,
           count(transfers.id) AS times, iif(state = 'dispensed', price, 0) AS cost
    FROM drops LEFT JOIN transfers ON drop_id = drops.id
    GROUP BY drops.id) WHERE paid <> cost OR times <> (cost > 0);
DROP TABLE sums;
-- What version 1 settled has its reason in its transfer only.
UPDATE drops SET settled_reason = reason FROM transfers
    WHERE drop_id = drops.id AND settled_reason IS NULL;
DROP TRIGGER transfers_are_never_removed;
DELETE FROM transfers WHERE drop_id IN (SELECT id FROM drops);
CREATE TRIGGER transfers_are_never_removed BEFORE DELETE ON transfers BEGIN
    SELECT RAISE(ABORT, 'a transfer is never removed');
END;
CREATE VIEW all_transfers AS
    SELECT at, debit, credit, amount, drop_id, actor, reason FROM transfers UNION ALL
    SELECT settled_at, account, 1, price, id, settled_by, settled_reason
    FROM drops WHERE state = 'dispensed' AND price > 0;

DROP TRIGGER pruned_drops_count;
CREATE TRIGGER removed_drops_leave_what_they_did AFTER DELETE ON drops BEGIN
    UPDATE slots SET pruned_stock = pruned_stock + OLD.correction - OLD.stock_taken,
        pruned_sold = pruned_sold + (OLD.state = 'dispensed'),
        pruned_paid = pruned_paid + iif(OLD.state = 'dispensed', OLD.price, 0)
    WHERE id = OLD.slot;
    INSERT INTO transfers (at, debit, credit, amount, drop_id, actor, reason)
        SELECT OLD.settled_at, OLD.account, 1, OLD.price, OLD.id, OLD.settled_by,
               OLD.settled_reason
        WHERE OLD.state = 'dispensed' AND OLD.price > 0;
END;
)sql";

constexpr std::array migrations{version_1, version_2, version_3, version_4};

}  // namespace

int schema_version() { return static_cast<int>(migrations.size()); }

int version_of(sqlite::Database& database)
{
    const auto version = database.integer("PRAGMA user_version");
    const bool empty = database.integer("SELECT count(*) FROM sqlite_schema") == 0;
    if (!empty && database.integer("PRAGMA application_id") != application_id) {
        throw Unusable{"it is a database of another program"};
    }
    if (version > schema_version()) {
        throw Unusable{
            "it was written by a newer drinkd (tables of version " + std::to_string(version) +
            ", this one knows " + std::to_string(schema_version()) + "): install that version"};
    }
    return static_cast<int>(version);
}

void migrate(sqlite::Database& database)
{
    for (auto version = version_of(database); version < schema_version(); ++version) {
        try {
            database.execute(
                "BEGIN IMMEDIATE;" + std::string{migrations.at(static_cast<std::size_t>(version))} +
                "PRAGMA application_id = " + std::to_string(application_id) +
                "; PRAGMA user_version = " + std::to_string(version + 1) + "; COMMIT;");
        } catch (const sqlite::Error& error) {
            if (!error.is_broken_rule()) throw;
            throw Unusable{
                std::string{"it cannot be brought up to date, since its figures do not agree ("} +
                error.what() + "): 'drinkd ledger verify' of the version that wrote it tells more"};
        }
    }
}

void require_ledger(sqlite::Database& database)
{
    if (version_of(database) == 0) throw Unusable{"it holds no ledger"};
}

void require_current(sqlite::Database& database)
{
    require_ledger(database);
    if (version_of(database) < schema_version()) {
        throw Unusable{
            "it was written by an older drinkd: start the daemon once to bring it up to date"};
    }
}

}  // namespace ledger
