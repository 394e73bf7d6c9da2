#pragma once

#include "config/settings.hpp"
#include "ledger/journaled_map.hpp"
#include "ledger/reports.hpp"
#include "ledger/sqlite.hpp"
#include "machines/drop.hpp"
#include "machines/slot.hpp"
#include "protocol/codes.hpp"
#include "protocol/words.hpp"

#include <chrono>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// The durable truth: accounts, transfers, drops and stock, and the rules between them.
namespace ledger {

using machines::DropEvent;
using machines::DropState;
using protocol::AccountId;
using protocol::BoardProtocol;
using protocol::Credits;
using protocol::DropId;
using protocol::Refusal;
using protocol::Sensor;
using protocol::SlotNumber;

/// The row of a machine.
enum class MachineKey : std::int64_t {};

/// The account that stands for the house: credits come from it and drops are paid to it. Its
/// balance is minus what all members have, and stored nowhere else.
inline constexpr AccountId house{1};

/// What a login is checked against.
struct Credentials {
    AccountId account{};
    std::string password_hash;  ///< Empty where no password opens the account.
};

/// An account as its owner may see it.
struct Member {
    AccountId account{};
    std::string name;
    Credits balance = 0;  ///< Spendable: what open drops hold is left out.
    bool admin = false;
};

struct NewAccount {
    std::string name;
    bool admin = false;
    Credits credits = 0;
    std::optional<std::string> ibutton;        ///< In its normal spelling.
    std::optional<std::string> password_hash;  ///< argon2id, as libsodium writes it.
};

/// What to change of an account; what is not given stays.
struct AccountChange {
    std::optional<bool> admin;
    std::optional<bool> locked;
    std::optional<std::string> ibutton;  ///< An empty text takes it away.
    std::optional<std::string> password_hash;
};

struct Reservation {
    DropId drop{};
    std::string item;
    Credits price = 0;
    BoardProtocol protocol{};  ///< As it was given.
};

struct Settled {
    DropState state{};
    bool changed = false;    ///< False when the drop had been settled before; it is as it was.
    Credits balance = 0;     ///< The member's spendable balance afterwards.
    std::size_t doubts = 0;  ///< When it became one: how many there are now, of all members.
};

/// Who caused a change and why, as the ledger keeps it.
struct Cause {
    std::string_view actor;
    std::string_view reason;
};

/// Credits that went from one member to another.
struct Sent {
    std::string receiver;
    Credits balance = 0;  ///< The sender's spendable one, afterwards.
};

struct ChangedSlot {
    MachineKey machine{};
    machines::Slot slot;
};

struct SensedSlot {
    SlotNumber slot = 0;
    Sensor sensor = Sensor::unknown;
};

/// What a board said of its machine at some time.
struct Temperature {
    std::int64_t at_ms = 0;
    double fahrenheit = 0;
};

/// What prune() removed.
struct Pruned {
    std::int64_t drops = 0;
    std::int64_t temperatures = 0;
    std::int64_t requests = 0;

    bool any() const { return drops + temperatures + requests > 0; }
};

/// What the ledger needs from outside.
struct Surroundings {
    std::function<std::int64_t()> now_ms;  ///< Wall clock, milliseconds since 1970, UTC.
    std::function<void(std::string_view)> report_fault;  ///< Told of every fault of the file.
};

/// The wall clock of this computer, and nobody told of faults.
Surroundings default_surroundings();

/// The ledger of one file. Belongs to one thread; only one process may have one at a time (lock.hpp
/// sees to that).
///
/// Balances, holds, stock and open drops are kept in memory, which is what operations decide from:
/// there is no other writer. Operations are called between commits; what they did becomes durable
/// with commit(), or is taken back, in the file and in memory, by rollback(). They throw
/// sqlite::Error when the file fails them; batch.hpp is the one place that handles that.
class Ledger {
public:
    /// Opens the file; makes it when it is missing. Every open drop found is in doubt from here on.
    /// Throws Unusable.
    explicit Ledger(std::filesystem::path file, Surroundings surroundings = default_surroundings());

    // --- Transactions ---------------------------------------------------------------------------

    enum class Commit { kept, not_kept, unknown };

    /// Makes everything since the last commit durable. When it was not kept, memory is back where
    /// it was. A commit that fails for anything but space or a lock leaves the file's state
    /// unknown: it is opened again, and tells. While that is impossible, the answer is `unknown`,
    /// and nothing but find_out() may be called.
    [[nodiscard]] Commit commit();
    /// Tries again to learn whether the last commit was kept.
    [[nodiscard]] Commit find_out();
    void rollback();
    /// The number of the last transaction that is known to be kept.
    std::int64_t last_kept() const { return batch_; }
    /// Makes the next commit() write, which tells whether the file can be written.
    void prove_writable() { write(); }
    void report_fault(std::string_view what) const { surroundings_.report_fault(what); }

    // --- Accounts -------------------------------------------------------------------------------

    std::optional<Credentials> find_credentials(std::string_view name);
    std::optional<AccountId> find_ibutton(std::string_view normal_ibutton);
    /// Nothing for a locked or closed account: it cannot be used, and nobody is told why.
    std::optional<Member> member(AccountId account);
    std::optional<Member> find_member(std::string_view name);
    /// The last drops and transfers of an account, the newest first.
    std::vector<HistoryRow> history(AccountId account, int limit);

    std::expected<Member, Refusal> open_account(const NewAccount& account, Cause cause);
    std::expected<void, Refusal> change_account(std::string_view name, const AccountChange& change);
    /// Moves the balance to the house. What an open drop holds follows when it is released.
    std::expected<void, Refusal> close_account(std::string_view name, Cause cause);
    /// Negative credits are taken away. The new spendable balance.
    std::expected<Credits, Refusal> add_credits(
        std::string_view name, Credits credits, Cause cause);
    /// Moves credits from one member to another, or refuses: not_logged_in (the sender is locked or
    /// closed), invalid_amount (not above zero), unknown_receiver, own_account, poor, in this
    /// order. The transfer's reason names both.
    std::expected<Sent, Refusal> send_credits(
        AccountId from, std::string_view to, Credits credits, std::string_view actor);

    // --- Slots ----------------------------------------------------------------------------------

    /// Takes over the machines of the settings. A value of the file counts when its slot is first
    /// seen and whenever that value of the file changed. The keys are in the order of `machines`.
    std::vector<MachineKey> take_settings(std::span<const config::Machine> machines);
    /// The slots of a machine that are in the settings, ascending.
    std::vector<machines::Slot> slots(MachineKey machine) const;
    void set_sensors(MachineKey machine, std::span<const SensedSlot> sensed);
    void add_temperature(MachineKey machine, double fahrenheit);
    /// The last one that was kept of a machine.
    std::optional<Temperature> last_temperature(MachineKey machine);
    /// Every slot that changed since the last call and is committed.
    std::vector<ChangedSlot> take_changed_slots();

    // --- Drops ----------------------------------------------------------------------------------

    /// Holds the price and one item, or refuses: not_logged_in (the account is locked or closed),
    /// busy, no_such_slot, slot_disabled, slot_empty, poor, in this order. `protocol` is the one by
    /// which the drop will be sent.
    std::expected<Reservation, Refusal> reserve(
        AccountId account, MachineKey machine, SlotNumber slot,
        BoardProtocol protocol = BoardProtocol::tini);
    /// The drop will be sent by another protocol than was thought when it was reserved.
    void set_protocol(DropId drop, BoardProtocol protocol);
    /// Lets an event happen to a drop. An event that does not fit its state changes nothing, so a
    /// drop settles once. Nothing when there is no such drop.
    std::optional<Settled> settle(DropId drop, DropEvent event, Cause cause);
    /// The same for what the policy decides, which does not concern drops that were sent with an
    /// id: their board or an admin settles them.
    std::optional<Settled> settle_by_policy(DropId drop, DropEvent event, Cause cause);
    /// The board that a drop in doubt was sent to cannot know what became of it.
    void note_never_known(DropId drop);
    /// Keeps what may help people to settle a machine's drops in doubt.
    void add_evidence(MachineKey machine, std::string_view what);
    /// All drops in doubt.
    std::vector<DropId> doubts() const;
    /// How many of a machine are in doubt.
    std::size_t count_doubts(MachineKey machine) const;
    /// Those of a machine that were sent with an id and that its board may know about.
    std::vector<DropId> doubts_to_ask_about(MachineKey machine) const;

    // --- Requests -------------------------------------------------------------------------------

    /// The reply that was kept for a request, if it was carried out before.
    std::optional<std::string> reply_of(std::string_view request);
    void keep_reply(std::string_view request, std::string_view reply);

    // --- Pruning --------------------------------------------------------------------------------

    /// Removes some of what need not be kept any longer: settled drops with their evidence,
    /// temperatures, and replies to requests that nobody will repeat after a week. Looks at no more
    /// than `rows_max` rows of a kind that could go, so it is called until it removes nothing.
    Pruned prune(const config::Keep& keep, std::int64_t rows_max);

private:
    struct Account {
        std::string name;
        Credits balance = 0;
        Credits held = 0;
        DropId under_way{};  // 0 = none, as in the next.
        DropId last_drop{};
        bool admin = false;
        bool locked = false;
        bool closed = false;

        Credits spendable() const { return balance - held; }
        bool usable() const { return !locked && !closed; }
    };
    enum class SlotKey : std::int64_t {};
    struct SlotEntry {
        MachineKey machine{};
        bool in_settings = false;
        machines::Slot slot;
    };
    struct OpenDrop {
        AccountId account{};
        SlotKey slot{};
        Credits price = 0;
        DropState state{};
        bool correction = false;
        BoardProtocol protocol{};
        bool never_known = false;
        // When its slot's sensor went from present to empty while it was under way.
        std::optional<std::int64_t> emptied_at{};
    };
    struct Statements;

    std::unique_ptr<sqlite::Database> open_file() const;
    /// Brings the tables up to date and prepares everything that operations need.
    void use(std::unique_ptr<sqlite::Database> database);
    void load();
    void load_accounts();
    void load_slots();
    void load_open_drops();
    void checkpoint();
    /// Starts a transaction unless one is under way. Before the first change, also of what is only
    /// in memory until write_figures().
    void write();
    /// Writes the figures of each account and slot that changed: what they have, and what is held
    /// of it. Once, whatever happened to them in this transaction.
    void write_figures();
    static std::optional<std::int64_t> stored(DropId drop);
    std::int64_t now() const { return surroundings_.now_ms(); }

    /// The open account of that name, in any case.
    std::optional<AccountId> find_account(std::string_view name);
    Member member_of(AccountId id, const Account& account) const;
    /// Moves credits for another reason than a drop, which is a transfer itself.
    void transfer(AccountId debit, AccountId credit, Credits amount, Cause cause);
    void move_credits(AccountId debit, AccountId credit, Credits amount);
    bool ibutton_taken(const std::string& ibutton, std::optional<AccountId> except);

    static std::int64_t place(MachineKey machine, SlotNumber slot)
    {
        return static_cast<std::int64_t>(machine) * 256 + slot;
    }
    MachineKey machine_key(const std::string& id);
    void take_slot(MachineKey machine, const config::Slot& wanted);
    void add_slot(MachineKey machine, const config::Slot& wanted);
    void change_stock(
        SlotKey key, machines::Slot& slot, std::optional<std::int64_t> stock, Cause cause);
    /// Writes what a slot is, apart from its figures.
    void store(SlotKey key);
    void forget_sensors(MachineKey machine);

    void mark_in_doubt(DropId id, std::string_view reason);
    void close_drop(DropId id, DropState state, Cause cause);
    void add_evidence(DropId drop, std::int64_t at, std::string_view what);
    void note_emptied(SlotKey slot);
    std::int64_t remove(
        sqlite::Statement& statement, std::chrono::milliseconds older_than, std::int64_t rows_max);

    std::filesystem::path file_;
    Surroundings surroundings_;
    std::unique_ptr<sqlite::Database> database_;
    std::unique_ptr<Statements> statements_;
    std::int64_t batch_ = 0;
    std::int64_t doubtful_batch_ = 0;  // The last one whose commit failed.
    std::int64_t next_drop_ = 0;
    JournaledMap<AccountId, Account> accounts_;
    JournaledMap<SlotKey, SlotEntry> slots_;
    JournaledMap<std::int64_t, SlotKey> slot_places_;
    JournaledMap<DropId, OpenDrop> open_drops_;
    std::vector<ChangedSlot> changed_slots_;

public:
    ~Ledger();
    Ledger(Ledger&&) noexcept;
    Ledger& operator=(Ledger&&) = delete;
};

}  // namespace ledger
