#include "daemon/ledger_commands.hpp"

#include "daemon/password.hpp"
#include "support/catch.hpp"

#include <nlohmann/json.hpp>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

using nlohmann::json;

namespace {

// A ledger in a folder of its own, and requests as the tools send them.
class Books {
public:
    Books() : folder_{make_folder()}, ledger_{folder_ / "ledger.db"} { drinkd::set_up_passwords(); }
    Books(const Books&) = delete;
    ~Books() { std::filesystem::remove_all(folder_); }

    json ask(json request)
    {
        if (!request.contains("id")) request["id"] = "request-" + std::to_string(++requests_);
        if (!request.contains("actor")) request["actor"] = "console:test";
        auto reply = drinkd::carry_out(ledger_, request);
        REQUIRE(ledger_.commit() == ledger::Ledger::Commit::kept);
        return reply;
    }
    std::string refusal(json request)
    {
        const auto reply = ask(std::move(request));
        CHECK(reply.at("ok") == false);
        return reply.value("error", "");
    }
    void add(const std::string& name, std::int64_t credits = 0)
    {
        REQUIRE(ask({{"command", "user add"}, {"name", name}, {"credits", credits}}).at("ok"));
    }
    ledger::Ledger& ledger() { return ledger_; }
    ledger::Credits balance(const std::string& name)
    {
        const auto member = ledger_.find_member(name);
        REQUIRE(member);
        return member->balance;
    }

private:
    static std::filesystem::path make_folder()
    {
        auto name = (std::filesystem::temp_directory_path() / "drinkd-books-XXXXXX").string();
        if (!::mkdtemp(name.data())) throw std::runtime_error{"no temporary folder"};
        return name;
    }

    std::filesystem::path folder_;
    ledger::Ledger ledger_;
    int requests_ = 0;
};

}  // namespace

TEST_CASE_METHOD(Books, "ledger commands: an account is opened with credits from the house")
{
    const auto reply =
        ask({{"command", "user add"}, {"name", "alice"}, {"credits", 500}, {"admin", true}});
    CHECK(reply == json{{"ok", true}, {"name", "alice"}, {"balance", 500}});
    CHECK(ledger().find_member("alice")->admin);
}

TEST_CASE_METHOD(Books, "ledger commands: a name that is taken, in any case, is refused")
{
    add("Alice");
    CHECK(refusal({{"command", "user add"}, {"name", "aLICE"}}) == "an open account has that name");
}

TEST_CASE_METHOD(Books, "ledger commands: a name that a Sunday line cannot carry is refused")
{
    for (const auto* name :
         {"", "a b", "al\nice", "ol\xc3\xa9", "(house)", "a-name-of-more-than-thirty-two-bytes"}) {
        INFO(name);
        CHECK(
            refusal({{"command", "user add"}, {"name", name}}) ==
            "a name has 1 to 32 letters, digits, dots, dashes and underscores");
    }
}

TEST_CASE_METHOD(Books, "ledger commands: an account changes in what is given, and nothing else")
{
    add("alice", 500);
    REQUIRE(ask({{"command", "user set"}, {"name", "alice"}, {"admin", true}}).at("ok"));
    REQUIRE(ask({{"command", "user set"}, {"name", "alice"}, {"ibutton", "0123456789abcdef"}})
                .at("ok"));
    const auto owner = ledger().find_ibutton("0123456789ABCDEF");
    REQUIRE(owner);
    CHECK(ledger().member(*owner)->admin);
    CHECK(ledger().member(*owner)->balance == 500);
}

TEST_CASE_METHOD(Books, "ledger commands: a locked account cannot be used until it is unlocked")
{
    add("alice");
    const auto account = ledger().find_member("alice")->account;
    ask({{"command", "user set"}, {"name", "alice"}, {"locked", true}});
    CHECK_FALSE(ledger().member(account));
    ask({{"command", "user set"}, {"name", "alice"}, {"locked", false}});
    CHECK(ledger().member(account));
}

TEST_CASE_METHOD(Books, "ledger commands: an iButton belongs to one account")
{
    add("alice");
    add("bob");
    const json wanted = {
        {"command", "user set"}, {"name", "alice"}, {"ibutton", "0123456789ABCDEF"}};
    REQUIRE(ask(wanted).at("ok"));
    auto same = wanted;
    same["name"] = "bob";
    CHECK(refusal(same) == "another account has that iButton");
    CHECK(
        refusal({{"command", "user set"}, {"name", "bob"}, {"ibutton", "123"}}) ==
        "an iButton id has 16 hexadecimal digits");
}

TEST_CASE_METHOD(Books, "ledger commands: a password comes as its hash and as nothing else")
{
    add("alice");
    CHECK(
        refusal({{"command", "user set"}, {"name", "alice"}, {"password_hash", "secret"}}) ==
        "'password_hash' is not argon2id");
    const auto hash = drinkd::hash_password("secret");
    REQUIRE(ask({{"command", "user set"}, {"name", "alice"}, {"password_hash", hash}}).at("ok"));
    CHECK(ledger().find_credentials("alice")->password_hash == hash);
}

TEST_CASE_METHOD(Books, "ledger commands: credits are given and taken, never below zero")
{
    add("alice", 100);
    CHECK(
        ask({{"command", "credits add"}, {"name", "alice"}, {"credits", 50}}) ==
        json{{"ok", true}, {"balance", 150}});
    CHECK(
        ask({{"command", "credits add"}, {"name", "alice"}, {"credits", -150}}) ==
        json{{"ok", true}, {"balance", 0}});
    CHECK(
        refusal({{"command", "credits add"}, {"name", "alice"}, {"credits", -1}}) ==
        "the balance is too low");
}

TEST_CASE_METHOD(Books, "ledger commands: credits that are no whole number are refused")
{
    add("alice", 100);
    for (const auto* credits :
         {"1.5", "\"5\"", "true", "null", "[1]", "18446744073709551615", "1e300"}) {
        INFO(credits);
        auto request = json{{"command", "credits add"}, {"name", "alice"}};
        request["credits"] = json::parse(credits);
        CHECK(refusal(request) == "'credits' has a wrong type");
    }
    CHECK(balance("alice") == 100);
}

TEST_CASE_METHOD(Books, "ledger commands: no credits at all are no transfer")
{
    add("alice");
    CHECK(
        refusal({{"command", "credits add"}, {"name", "alice"}, {"credits", 0}}) ==
        "the number of credits is not valid");
}

TEST_CASE_METHOD(Books, "ledger commands: the balance of a closed account goes to the house")
{
    add("alice", 100);
    REQUIRE(ask({{"command", "user remove"}, {"name", "alice"}}).at("ok"));
    CHECK_FALSE(ledger().find_member("alice"));
    CHECK(ledger().member(ledger::house)->balance == 0);
}

TEST_CASE_METHOD(Books, "ledger commands: the name of a closed account can be opened again, empty")
{
    add("alice", 100);
    ask({{"command", "user remove"}, {"name", "alice"}});
    add("alice");
    CHECK(balance("alice") == 0);
}

TEST_CASE_METHOD(
    Books, "ledger commands: what is asked of an account that does not exist is refused")
{
    for (const auto* command : {"user set", "user remove", "credits add"}) {
        INFO(command);
        CHECK(
            refusal({{"command", command}, {"name", "nobody"}, {"credits", 5}}) ==
            "there is no such account");
    }
}

TEST_CASE_METHOD(Books, "ledger commands: the house itself cannot be changed by name")
{
    for (const auto* command : {"user set", "user remove", "credits add"}) {
        INFO(command);
        CHECK(
            refusal({{"command", command}, {"name", "(house)"}, {"credits", 5}}) ==
            "there is no such account");
    }
}

TEST_CASE_METHOD(
    Books, "ledger commands: a repeated request is answered as before and not done again")
{
    add("alice", 100);
    const json request = {
        {"command", "credits add"}, {"name", "alice"}, {"credits", 50}, {"id", "one-and-only"}};
    const auto first = ask(request);
    CHECK(ask(request) == first);
    CHECK(balance("alice") == 150);
}

TEST_CASE_METHOD(Books, "ledger commands: a refused request can succeed when it is repeated later")
{
    add("alice", 10);
    const json request = {
        {"command", "credits add"}, {"name", "alice"}, {"credits", -50}, {"id", "later"}};
    CHECK(refusal(request) == "the balance is too low");
    ask({{"command", "credits add"}, {"name", "alice"}, {"credits", 90}});
    CHECK(ask(request).at("balance") == 50);
}

TEST_CASE_METHOD(Books, "ledger commands: a drop that does not exist cannot be settled")
{
    CHECK(
        refusal({{"command", "settle"}, {"drop", 4711}, {"decision", "charge"}}) ==
        "there is no drop with that id");
    CHECK(
        refusal({{"command", "settle"}, {"drop", 4711}, {"decision", "forget"}}) ==
        "'decision' is charge or refund");
}

TEST_CASE_METHOD(Books, "ledger commands: a request that lacks something says what")
{
    CHECK(refusal({{"command", "user add"}}) == "'name' is missing");
    CHECK(refusal({{"name", "alice"}}) == "'command' is missing");
    CHECK(refusal({{"command", "credits add"}, {"name", "alice"}}) == "'credits' is missing");
    CHECK(refusal({{"command", "user add"}, {"name", 7}}) == "'name' has a wrong type");
    CHECK(refusal({{"command", "user drop"}}) == "there is no command 'user drop'");
    CHECK(drinkd::carry_out(ledger(), json::object()).at("error") == "'id' is missing");
}
