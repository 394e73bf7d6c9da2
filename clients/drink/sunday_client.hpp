#pragma once

#include "clients/drink/failure.hpp"
#include "clients/drink/link.hpp"
#include "protocol/sunday_history.hpp"
#include "protocol/sunday_reply.hpp"
#include "protocol/words.hpp"

#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace drink {

template <typename Value>
using Result = std::expected<Value, Failure>;

/// A machine as a member sees it.
struct MachineListing {
    std::string id;
    std::string name;
    std::optional<bool> online;  ///< Nothing where the server does not tell.
    std::vector<protocol::ReceivedStatRow> slots;
};

/// What a member asks of a server, in the words of the js dialect of Sunday. Commands and replies
/// take turns, as old servers need it. `link` must outlive it.
class SundayClient {
public:
    /// `patience` bounds the wait for each reply but that of a drop.
    SundayClient(Link& link, std::chrono::milliseconds patience) : link_{link}, patience_{patience}
    {
    }

    /// Reads the banner. Comes first.
    Result<void> greet();

    Result<void> log_in(std::string_view user, std::string_view password);
    Result<protocol::Credits> balance();
    /// The last `count` entries, the newest first.
    Result<std::vector<protocol::HistoryEntry>> history(int count);

    /// Sent once: a link that breaks leaves the outcome unknown.
    Result<void> send_credits(std::string_view receiver, protocol::Credits credits);

    /// Gives the machine's name.
    Result<std::string> select_machine(std::string_view id);

    Result<MachineListing> list(std::string_view id);
    Result<std::vector<MachineListing>> list_all();

    /// Drops from the selected machine, and waits until the outcome is known. It is sent once: a
    /// link that breaks leaves the outcome unknown.
    Result<void> drop(
        protocol::SlotNumber slot, std::chrono::seconds delay, const OnSecond& on_second);

private:
    Result<std::string> ask(std::string_view command);
    Result<std::string> ask_ok(std::string_view command);
    Result<std::string> receive_line();
    /// A reply of rows, which ends with a success.
    template <typename Row>
    Result<std::vector<Row>> ask_rows(
        std::string_view command, std::size_t rows_max,
        std::optional<Row> (&parse)(std::string_view));
    Result<std::vector<std::string>> machine_ids();
    Result<std::vector<MachineListing>> list_each(const std::vector<std::string>& ids);

    Link& link_;
    std::chrono::milliseconds patience_;
};

}  // namespace drink
