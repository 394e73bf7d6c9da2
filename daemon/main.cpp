// The program drinkd: its arguments and its exit codes (0 done, 1 failed, 2 wrong usage).
#include "daemon/gateway.hpp"
#include "daemon/log.hpp"
#include "daemon/out_of_memory.hpp"
#include "daemon/password.hpp"
#include "daemon/process.hpp"
#include "daemon/tools.hpp"
#include "daemon/version.hpp"

#include <CLI/CLI.hpp>

#include <functional>
#include <iostream>
#include <map>
#include <optional>

namespace drinkd {
namespace {

constexpr int exit_usage = 2;

struct Arguments {
    std::filesystem::path config = "/etc/drinkd/drinkd.json";
    std::optional<std::filesystem::path> ready_file;
    std::filesystem::path file;
    tools::UserOptions user;
    std::int64_t credits = 0;
    std::int64_t drop = 0;
    std::string decision;
    std::string reason;
    std::int64_t limit = 20;
    bool json = false;
};

using Action = std::function<int(const Arguments&)>;

int run_daemon(const Arguments& arguments)
{
    const auto settings = tools::load(arguments.config);
    block_stop_signals();
    end_when_out_of_memory();
    log::set_up(settings.log);
    for (const auto& warning : settings.warnings) log::warn(warning);
    drinkd::serve(settings, arguments.ready_file);
    return EXIT_SUCCESS;
}

using Tool = int (*)(const config::Settings&, const Arguments&);

int user_add(const config::Settings& settings, const Arguments& given)
{
    return tools::add_user(settings, given.user);
}
int user_set(const config::Settings& settings, const Arguments& given)
{
    return tools::set_user(settings, given.user);
}
int user_passwd(const config::Settings& settings, const Arguments& given)
{
    return tools::set_password(settings, given.user);
}
int user_list(const config::Settings& settings, const Arguments& given)
{
    return tools::list_users(settings, given.json);
}
int user_remove(const config::Settings& settings, const Arguments& given)
{
    return tools::remove_user(settings, given.user.name);
}
int credits_add(const config::Settings& settings, const Arguments& given)
{
    return tools::add_credits(settings, given.user.name, given.credits, given.reason);
}
int ledger_verify(const config::Settings& settings, const Arguments& given)
{
    return tools::verify_ledger(settings, given.json);
}
int ledger_backup(const config::Settings& settings, const Arguments& given)
{
    return tools::back_up_ledger(settings, given.file);
}
int ledger_restore(const config::Settings& settings, const Arguments& given)
{
    return tools::restore_ledger(settings, given.file);
}
int doubts(const config::Settings& settings, const Arguments& given)
{
    return tools::list_doubts(settings, given.json);
}
int settle(const config::Settings& settings, const Arguments& given)
{
    return tools::settle(settings, given.drop, given.decision, given.reason);
}
int history(const config::Settings& settings, const Arguments& given)
{
    return tools::show_history(settings, given.user.name, given.limit, given.json);
}
int status(const config::Settings& settings, const Arguments& given)
{
    return tools::status(settings, given.json);
}

// The commands of drinkd: what each is called, takes and does. Parsing one sets the action.
class Commands {
public:
    Commands(CLI::App& app, Arguments& arguments, Action& action)
        : arguments_{arguments}, user_{arguments.user}, action_{action}
    {
        app.add_subcommand("serve", "run the daemon; also what happens without a command");
        auto* check = app.add_subcommand("check-config", "check a settings file: every mistake");
        check->add_option("FILE", arguments.file, "the settings file")->required();
        check->callback([this] {
            action_ = [](const Arguments& given) { return tools::check_config(given.file); };
        });
        add_user_commands(*group(app, "user", "accounts of members and admins"));
        add_ledger_commands(*group(app, "ledger", "the ledger as a whole"));

        auto* credits = group(app, "credits", "credits of members");
        auto* give = add(*credits, "add", "give credits from the house, or take some", credits_add);
        add_name(give);
        give->add_option("N", arguments.credits, "how many; negative ones are taken")->required();
        give->add_option("--reason", arguments.reason, "why, for the books")->required();

        add_json(add(app, "doubts", "drops whose outcome is not known", doubts));
        auto* decide = add(app, "settle", "decide a drop in doubt", settle);
        decide->add_option("ID", arguments.drop, "the drop, as doubts lists it")->required();
        decide->add_option("DECISION", arguments.decision, "charge or refund")
            ->required()
            ->check(CLI::IsMember({"charge", "refund"}));
        decide->add_option("--reason", arguments.reason, "why, for the books");
        auto* past = add(app, "history", "the last drops and transfers of a member", history);
        add_name(past);
        add_json(past);
        past->add_option("--limit", arguments.limit, "how many")
            ->capture_default_str()
            ->check(CLI::Range(1, 1'000'000));
        add_json(add(app, "status", "what the running daemon is doing", status));
    }

private:
    void add_user_commands(CLI::App& user)
    {
        const std::map<std::string, bool> yes_no{{"yes", true}, {"no", false}};
        auto* open = add(user, "add", "open an account", user_add);
        add_name(open);
        add_password(open);
        // Not add_flag: before any parsing that sets its variable, which `user set` has too.
        open->add_flag_callback(
            "--admin", [this] { user_.admin = true; }, "it is an admin's");
        open->add_option("--credits", user_.credits, "credits from the house")
            ->check([](const std::string& given) {
                return given.starts_with('-') ? std::string{"cannot be negative"} : std::string{};
            });
        open->add_option("--ibutton", user_.ibutton, "16 hexadecimal digits");

        auto* change = add(user, "set", "change an account", user_set);
        add_name(change);
        change->add_option("--admin", user_.admin, "yes or no")
            ->transform(CLI::CheckedTransformer(yes_no));
        change->add_option("--locked", user_.locked, "yes or no: nobody can log in")
            ->transform(CLI::CheckedTransformer(yes_no));
        change->add_option("--ibutton", user_.ibutton, "16 hexadecimal digits, or '' for none");
        change->parse_complete_callback([this] {
            if (user_.admin || user_.locked || user_.ibutton) return;
            throw CLI::ValidationError{
                "user set", "there is nothing to change: give --admin, --locked or --ibutton"};
        });

        auto* passwd = add(user, "passwd", "set a password", user_passwd);
        add_name(passwd);
        add_password(passwd);
        add_json(add(user, "list", "all open accounts", user_list));
        add_name(
            add(user, "remove", "close an account; its balance goes to the house", user_remove));
    }

    void add_ledger_commands(CLI::App& ledger)
    {
        add_json(add(ledger, "verify", "recompute every figure, check every rule", ledger_verify));
        add(ledger, "backup", "write a consistent copy, also while the daemon runs", ledger_backup)
            ->add_option("OUT", arguments_.file, "the new file")
            ->required();
        add(ledger, "restore", "take over a backup; the daemon must be stopped", ledger_restore)
            ->add_option("FILE", arguments_.file, "the backup")
            ->required();
    }

    static CLI::App* group(CLI::App& app, const std::string& name, const std::string& what)
    {
        auto* command = app.add_subcommand(name, what);
        command->require_subcommand(1);
        return command;
    }

    CLI::App* add(CLI::App& parent, const std::string& name, const std::string& what, Tool tool)
    {
        auto* command = parent.add_subcommand(name, what);
        command->callback([this, tool] {
            action_ = [tool](const Arguments& given) {
                return tool(tools::load(given.config), given);
            };
        });
        return command;
    }

    void add_json(CLI::App* command) { command->add_flag("--json", arguments_.json, "print JSON"); }

    void add_name(CLI::App* command)
    {
        command->add_option("NAME", user_.name, "the account")->required();
    }

    void add_password(CLI::App* command)
    {
        command->add_flag(
            "--password-stdin", user_.password_stdin,
            "read the password from the first line of standard input");
    }

    Arguments& arguments_;
    tools::UserOptions& user_;
    Action& action_;
};

}  // namespace

int run(int argc, char** argv)
{
    Arguments arguments;
    Action action = run_daemon;

    CLI::App app{"The daemon for networked drink machines.", "drinkd"};
    app.set_version_flag("--version", std::string{version_text});
    app.fallthrough();
    app.require_subcommand(0, 1);
    app.add_option("--config", arguments.config, "the settings file")->capture_default_str();
    app.add_option(
        "--ready-file", arguments.ready_file,
        "with serve: written once everything listens, JSON with the real addresses");
    Commands commands{app, arguments, action};
    app.footer(
        "Examples:\n"
        "  drinkd serve --config /etc/drinkd/drinkd.json\n"
        "  drinkd user add alice --credits 500 --config /etc/drinkd/drinkd.json\n"
        "  drinkd credits add alice 250 --reason 'paid in cash'\n"
        "Exit codes: 0 done, 1 failed, 2 wrong usage. More in drinkd(8).");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? EXIT_SUCCESS : exit_usage;
    }

    int result = EXIT_FAILURE;
    try {
        set_up_passwords();
        result = action(arguments);
    } catch (const std::exception& error) {
        log::flush();
        std::cerr << "drinkd: " << error.what() << '\n';
    }
    log::flush();
    return result;
}

}  // namespace drinkd

int main(int argc, char** argv) { return drinkd::run(argc, argv); }
