#pragma once

#include "config/address_range.hpp"
#include "protocol/codes.hpp"
#include "protocol/words.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The settings file: what it can say, its defaults, and how it is read. One JSON file; the schema
/// for editors is settings.schema.json beside this header.
namespace config {

using protocol::Credits;
using protocol::SlotNumber;

/// Where to listen. A port of 0 asks the system for a free one.
struct Endpoint {
    std::string address = "::";  ///< A numeric IPv4 or IPv6 address.
    std::uint16_t port = 0;

    bool operator==(const Endpoint&) const = default;
};

/// A listener for members.
struct SundayListener {
    Endpoint endpoint;
    protocol::Dialect dialect = protocol::Dialect::js;
    std::size_t machine = 0;  ///< Its default machine, an index into Settings::machines.

    bool operator==(const SundayListener&) const = default;
};

struct Listen {
    std::vector<SundayListener> sunday;
    std::vector<Endpoint> boards;

    bool operator==(const Listen&) const = default;
};

/// What becomes of a drop in doubt that nobody settled in time (old boards only).
enum class DoubtPolicy { refund, charge };

struct Drops {
    std::chrono::milliseconds ack_timeout{20'000};
    std::chrono::seconds max_delay{60};
    std::size_t queue_per_machine = 64;
    int disable_slot_after = 3;  ///< 0 = never.
    std::chrono::milliseconds in_doubt_after{600'000};
    DoubtPolicy in_doubt_policy = DoubtPolicy::refund;

    bool operator==(const Drops&) const = default;
};

/// 0 = no limit, but for the length of a line.
struct Limits {
    std::size_t connections = 20'000;
    std::size_t connections_per_address = 1'024;
    std::size_t line_bytes = 512;
    std::chrono::milliseconds idle{600'000};
    std::chrono::milliseconds idle_logged_in{14'400'000};

    bool operator==(const Limits&) const = default;
};

/// How long the ledger keeps what no balance and no stock depends on. 0 = for ever.
struct Keep {
    std::chrono::days drops{0};  ///< Settled ones.
    std::chrono::days temperatures{0};

    bool operator==(const Keep&) const = default;
};

enum class LogFormat { text, json };

struct Log {
    std::string level = "info";  ///< trace, debug, info, warn, error or off.
    LogFormat format = LogFormat::text;

    bool operator==(const Log&) const = default;
};

struct Slot {
    SlotNumber number = 0;
    std::string item;
    Credits price = 0;
    std::optional<std::int64_t> count;  ///< Nothing = this slot is not counted.
    std::optional<std::int64_t> capacity;
    bool enabled = true;

    bool operator==(const Slot&) const = default;
};

/// How a machine's board is recognised.
struct Board {
    std::string password;
    std::vector<AddressRange> addresses;  ///< Empty = from anywhere.
    bool sensor = false;                  ///< Whether its slot status means anything.

    bool operator==(const Board&) const = default;
};

struct Machine {
    std::string id;
    std::string name;
    std::string location;
    std::vector<std::string> aliases;
    Board board;
    std::vector<Slot> slots;  ///< Ascending by number.

    bool operator==(const Machine&) const = default;
};

struct Settings {
    Listen listen;
    std::filesystem::path ledger = "/var/lib/drinkd/ledger.db";
    std::filesystem::path control_socket;  ///< Beside the ledger unless `control.socket` says else.
    Keep keep;
    unsigned workers = 1;  ///< Threads that serve connections.
    Drops drops;
    Limits limits;
    Log log;
    std::vector<Machine> machines;
    /// What is valid but has no effect in this version, such as a listener that it does not serve.
    std::vector<std::string> warnings;

    /// The machine with that id or alias (exactly as written), as an index, or nothing.
    std::optional<std::size_t> find_machine(std::string_view id_or_alias) const;

    bool operator==(const Settings&) const = default;
};

/// One mistake in a settings file.
struct Mistake {
    std::string path;  ///< Where, as a JSON path such as `$.machines[0].slots[2].price`.
    std::string text;  ///< What is wrong and what would be valid.
};

/// The content of a file that holds a secret, or in words why it can not be had.
using ReadSecret =
    std::function<std::expected<std::string, std::string>(const std::filesystem::path&)>;

std::expected<std::string, std::string> read_secret(const std::filesystem::path& file);

/// Reads settings from a text, or gives every mistake found in it, in the order of the file.
/// Secrets given as `{"file": "..."}` come from `read`, and nothing else touches the disk; a
/// relative path (the ledger's and the control socket's too) is taken from `folder`.
std::expected<Settings, std::vector<Mistake>> parse_settings(
    std::string_view text, const std::filesystem::path& folder,
    const ReadSecret& read = read_secret);

/// Reads a settings file. A file that can not be read is one mistake at `$`.
std::expected<Settings, std::vector<Mistake>> load_settings(const std::filesystem::path& file);

}  // namespace config
