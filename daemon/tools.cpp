#include "daemon/tools.hpp"

#include "daemon/control_client.hpp"
#include "daemon/password.hpp"
#include "daemon/password_prompt.hpp"
#include "daemon/table.hpp"
#include "daemon/tools_common.hpp"
#include "ledger/copies.hpp"
#include "ledger/lock.hpp"
#include "ledger/read_only.hpp"
#include "ledger/reports.hpp"
#include "ledger/verify.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <iostream>

namespace drinkd::tools {
namespace {

using nlohmann::json;

std::string yes_or_no(bool flag) { return flag ? "yes" : "no"; }

std::string hash_and_wipe(std::string password)
{
    auto hash = hash_password(password);
    wipe(password);
    return hash;
}

}  // namespace

config::Settings load(const std::filesystem::path& file)
{
    auto settings = config::load_settings(file);
    if (settings) return *std::move(settings);
    for (const auto& mistake : settings.error()) {
        std::cerr << file.string() << ": " << mistake.path << ": " << mistake.text << '\n';
    }
    const auto count = settings.error().size();
    throw ToolError{fmt::format("{}: {} mistake{}", file.string(), count, count == 1 ? "" : "s")};
}

int check_config(const std::filesystem::path& file)
{
    const auto settings = load(file);
    for (const auto& warning : settings.warnings) std::cout << "warning: " << warning << '\n';
    std::size_t slots = 0;
    for (const auto& machine : settings.machines) slots += machine.slots.size();
    std::cout << fmt::format(
        "{}: valid, machines: {}, slots: {}\n", file.string(), settings.machines.size(), slots);
    return EXIT_SUCCESS;
}

int add_user(const config::Settings& settings, const UserOptions& options)
{
    json request = {
        {"command", "user add"},
        {"name", options.name},
        {"admin", options.admin.value_or(false)},
        {"credits", options.credits.value_or(0)},
    };
    if (options.ibutton) request["ibutton"] = *options.ibutton;
    auto password = read_new_password(options.password_stdin);
    const bool has_password = password.has_value();
    if (password) request["password_hash"] = hash_and_wipe(*std::move(password));
    const auto reply = change(settings, std::move(request));
    std::cout << fmt::format(
        "{} added with {} credits{}\n", options.name, reply.value("balance", std::int64_t{0}),
        options.admin.value_or(false) ? ", as an admin" : "");
    if (!has_password && !options.ibutton) {
        std::cout << fmt::format(
            "Nobody can log in yet: it has neither a password (drinkd user passwd {}) nor an "
            "iButton.\n",
            options.name);
    }
    return EXIT_SUCCESS;
}

int set_user(const config::Settings& settings, const UserOptions& options)
{
    json request = {{"command", "user set"}, {"name", options.name}};
    if (options.admin) request["admin"] = *options.admin;
    if (options.locked) request["locked"] = *options.locked;
    if (options.ibutton) request["ibutton"] = *options.ibutton;
    change(settings, std::move(request));
    std::cout << options.name << " changed\n";
    return EXIT_SUCCESS;
}

int set_password(const config::Settings& settings, const UserOptions& options)
{
    auto password = read_new_password(options.password_stdin);
    if (!password) throw ToolError{"no password was given (there is --password-stdin)"};
    json request = {{"command", "user set"}, {"name", options.name}};
    request["password_hash"] = hash_and_wipe(*std::move(password));
    change(settings, std::move(request));
    std::cout << "the password of " << options.name << " changed\n";
    return EXIT_SUCCESS;
}

int remove_user(const config::Settings& settings, const std::string& name)
{
    json request = {{"command", "user remove"}, {"name", name}};
    change(settings, std::move(request));
    std::cout << name << " closed; its balance went to the house\n";
    return EXIT_SUCCESS;
}

int list_users(const config::Settings& settings, bool as_json)
{
    const auto rows = with_ledger(settings, [](const auto& file) {
        auto database = ledger::open_read_only(file);
        return ledger::list_accounts(database);
    });
    auto list = json::array();
    Table table{
        {{"NAME"},
         {"CREDITS", true},
         {"HELD", true},
         {"ADMIN"},
         {"LOCKED"},
         {"PASSWORD"},
         {"IBUTTON"}}};
    for (const auto& row : rows) {
        list.push_back(
            {{"name", row.name},
             {"credits", row.balance},
             {"held", row.held},
             {"admin", row.admin},
             {"locked", row.locked},
             {"password", row.has_password},
             {"ibutton_end", row.ibutton_end}});
        table.add(
            {row.name, std::to_string(row.balance), std::to_string(row.held), yes_or_no(row.admin),
             yes_or_no(row.locked), yes_or_no(row.has_password),
             row.ibutton_end.empty() ? "no" : "..." + row.ibutton_end});
    }
    if (as_json) {
        std::cout << list.dump(2) << '\n';
    } else if (rows.empty()) {
        std::cout << "No accounts yet. The first one: drinkd user add NAME --admin\n";
    } else {
        std::cout << table.text();
    }
    return EXIT_SUCCESS;
}

int add_credits(
    const config::Settings& settings, const std::string& name, std::int64_t credits,
    const std::string& reason)
{
    json request = {
        {"command", "credits add"}, {"name", name}, {"credits", credits}, {"reason", reason}};
    const auto reply = change(settings, std::move(request));
    std::cout << fmt::format(
        "{} has {} credits now\n", name, reply.value("balance", std::int64_t{0}));
    return EXIT_SUCCESS;
}

int verify_ledger(const config::Settings& settings, bool as_json)
{
    const auto checks =
        with_ledger(settings, [](const auto& file) { return ledger::verify(file); });
    auto list = json::array();
    Table table{{{"RULE"}, {"ROWS", true}, {"HOLDS"}}};
    std::string violations;
    for (const auto& check : checks) {
        list.push_back(
            {{"rule", check.rule},
             {"rows", check.looked_at},
             {"holds", check.holds()},
             {"violations", check.violations}});
        table.add({check.rule, std::to_string(check.looked_at), check.holds() ? "yes" : "NO"});
        for (const auto& text : check.violations) violations += check.rule + ": " + text + '\n';
    }
    std::cout << (as_json ? list.dump(2) + '\n' : table.text());
    if (!as_json) std::cout << violations;
    return ledger::all_hold(checks) ? EXIT_SUCCESS : EXIT_FAILURE;
}

int back_up_ledger(const config::Settings& settings, const std::filesystem::path& copy)
{
    with_ledger(settings, [&](const auto& file) { ledger::back_up(file, copy); });
    std::cout << fmt::format("{}: {} bytes\n", copy.string(), std::filesystem::file_size(copy));
    return EXIT_SUCCESS;
}

int restore_ledger(const config::Settings& settings, const std::filesystem::path& backup)
{
    const auto kept = with_ledger(settings, [&](const auto& file) {
        const auto lock = ledger::Lock::try_take(file);
        if (!lock) throw ledger::Unusable{"a daemon or another tool is using it: stop it first"};
        return ledger::restore(backup, file, *lock);
    });
    if (kept) std::cout << "what could not be used is kept as " << kept->string() << '\n';
    std::cout << settings.ledger.string() << " is as in " << backup.string() << " again\n";
    return EXIT_SUCCESS;
}

int status(const config::Settings& settings, bool as_json)
{
    const json request = {{"command", "status"}};
    const auto reply = ask_daemon(settings, request);
    if (!reply) throw ToolError{reply.error()};
    if (as_json) {
        std::cout << reply->dump(2) << '\n';
        return EXIT_SUCCESS;
    }
    Table table{
        {{"MACHINE"},
         {"NAME"},
         {"BOARD"},
         {"QUEUED", true},
         {"DROPPING"},
         {"DOUBTS", true},
         {"FROM"}}};
    for (const auto& row : reply->at("machines")) {
        const bool online = row.value("online", false);
        const bool suspect = row.value("waits_for_late_answer", false);
        table.add(
            {row.value("machine", ""), row.value("name", ""),
             !online   ? "offline"
             : suspect ? "waits for a late answer"
                       : "online",
             std::to_string(row.value("queued", 0)),
             row.contains("drop_in_flight") ? row["drop_in_flight"].dump() : "-",
             row.contains("doubts") ? row["doubts"].dump() : "?", row.value("board_address", "")});
    }
    std::cout << fmt::format(
        "{}, up since {}\n{}{} members connected, {} boards connected, {} drops in doubt\n",
        reply->value("version", ""), local_time(reply->value("started_at", std::int64_t{0}) * 1000),
        table.text(), reply->value("member_connections", 0), reply->value("board_connections", 0),
        reply->value("doubts", 0));
    if (!reply->value("ledger_healthy", true)) {
        std::cout << "The ledger cannot write at present: see the log.\n";
    }
    return EXIT_SUCCESS;
}

}  // namespace drinkd::tools
