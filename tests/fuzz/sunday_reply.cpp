// A line of a server, once read as a reply or a row of STAT or HISTORY, can be written and read
// again as the same, in either dialect.
#include "protocol/sunday_reply.hpp"

#include "protocol/sunday_history.hpp"
#include "target.hpp"

#include <string>

namespace {

using protocol::Dialect;
using protocol::Reply;

constexpr Dialect dialects[] = {Dialect::js, Dialect::classic};

std::string_view end_of(Dialect dialect) { return dialect == Dialect::js ? "\r\n" : "\n"; }

void check_ok(const Reply& reply, Dialect dialect)
{
    const auto text = protocol::format_ok(dialect, reply.text);
    const auto again = protocol::parse_reply(fuzz::without_end(text, end_of(dialect)));
    fuzz::must(again.kind == Reply::Kind::ok, "a success that is written is read as one");
    fuzz::must(again.text == reply.text, "a success that is written is read with its text");
}

void check_error(const Reply& reply, Dialect dialect)
{
    const auto refusal = protocol::find_refusal(reply.code);
    if (!refusal) return;
    const auto text =
        protocol::format_refusal(*refusal, dialect, std::string{" "}.append(reply.text));
    const auto again = protocol::parse_reply(fuzz::without_end(text, end_of(dialect)));
    fuzz::must(again.kind == Reply::Kind::error, "a refusal that is written is read as one");
    fuzz::must(
        again.code == protocol::code_of(*refusal, dialect),
        "a refusal that is written is read with its code");
    fuzz::must(again.text.ends_with(reply.text), "a refusal is read with its detail");
}

void check_stat_row(const protocol::ReceivedStatRow& row, Dialect dialect)
{
    // No two of the numbers are equal, so that one cannot be taken for another.
    const protocol::StatRow to_write{
        .slot = row.slot,
        .item = row.item,
        .price = row.price,
        .left = row.price ^ 1,
        .sold = row.price ^ 2,
        .enabled = row.enabled};
    const auto text = protocol::format_stat(dialect, {&to_write, 1});
    const auto row_end = text.find('\n');
    const auto again = protocol::parse_stat_row(std::string_view{text}.substr(0, row_end));
    fuzz::must(again.has_value(), "a row of STAT that is written is read as one");
    fuzz::must(
        again->slot == row.slot && again->item == row.item && again->price == row.price &&
            again->left == to_write.left && again->enabled == row.enabled,
        "a row of STAT that is written is read with its values");
    const auto summary = std::string_view{text}.substr(row_end + 1);
    fuzz::must(
        protocol::parse_reply(fuzz::without_end(summary, end_of(dialect))).kind == Reply::Kind::ok,
        "behind the rows comes a success");
}

void check_history_entry(const protocol::HistoryEntry& entry)
{
    const auto row = [](const protocol::HistoryEntry& to_write) {
        const auto text = protocol::format_history(Dialect::js, {&to_write, 1});
        return text.substr(0, text.find('\n'));
    };
    const auto text = row(entry);
    const auto again = protocol::parse_history_entry(text);
    fuzz::must(again.has_value(), "a row of HISTORY that is written is read as one");
    fuzz::must(again->at == entry.at, "a row of HISTORY is read with its time");
    fuzz::must(again->what.index() == entry.what.index(), "a row of HISTORY is read as its kind");
    fuzz::must(row(*again) == text, "a row of HISTORY that is written is read with its values");
}

void check_line(std::string_view line)
{
    const auto reply = protocol::parse_reply(line);
    fuzz::must(fuzz::lies_in(reply.text, line), "the text of a reply lies in the line");
    fuzz::must(reply.code >= 0, "a code is not negative");
    fuzz::must(reply.kind == Reply::Kind::error || reply.code == 0, "only errors have a code");
    fuzz::must(reply.kind != Reply::Kind::other || reply.text == line, "another line stays whole");
    const auto row = protocol::parse_stat_row(line);
    fuzz::must(!row || reply.kind == Reply::Kind::other, "a row of STAT is not the end of STAT");
    const auto entry = protocol::parse_history_entry(line);
    fuzz::must(
        !entry || (!row && reply.kind == Reply::Kind::other),
        "a row of HISTORY is neither one of STAT nor an end");
    if (entry) check_history_entry(*entry);
    for (const auto dialect : dialects) {
        if (reply.kind == Reply::Kind::ok) check_ok(reply, dialect);
        if (reply.kind == Reply::Kind::error) check_error(reply, dialect);
        if (row) check_stat_row(*row, dialect);
    }
}

}  // namespace

void fuzz::check_input(std::string_view input) { for_each_line(input, check_line); }
