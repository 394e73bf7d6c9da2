#include "daemon/authenticator.hpp"

#include "protocol/words.hpp"

namespace drinkd {
namespace {

using protocol::Refusal;

// The guard counts an iButton under a name that no account can have.
std::string guarded_name(std::string_view ibutton)
{
    return "ibutton:" + std::string{ibutton.substr(0, 32)};
}

Clock::time_point now() { return Clock::now(); }

std::unexpected<Authenticator::Refused> refused(Refusal refusal)
{
    return std::unexpected{Authenticator::Refused{.refusal = refusal}};
}

std::unexpected<Authenticator::Refused> turned_away(
    Refusal refusal, std::chrono::seconds retry_after = {})
{
    return std::unexpected{
        Authenticator::Refused{.refusal = refusal, .looked_at = false, .retry_after = retry_after}};
}

// Whichever way a login ends.
class Wiped {
public:
    explicit Wiped(std::string& secret) : secret_{secret} {}
    Wiped(const Wiped&) = delete;
    Wiped& operator=(const Wiped&) = delete;
    ~Wiped() { wipe(secret_); }

private:
    std::string& secret_;
};

}  // namespace

Task<Authenticator::Result> Authenticator::log_in(
    std::string name, std::string password, AddressKey from, const PassDelay& pass_delay)
{
    const Wiped wiped{password};
    Clock::duration pause{};
    {
        // The guard knows of all that was compared before.
        const auto turn = co_await turns_.take(from);
        if (!turn) co_return turned_away(Refusal::ledger_unavailable);
        const auto verdict = guard_.may_try(from, name, now());
        if (const auto* refuse = std::get_if<LoginGuard::Refuse>(&verdict)) {
            co_return turned_away(Refusal::wrong_password, refuse->retry_after);
        }
        pause = std::get<LoginGuard::Compare>(verdict).pause;
        if (pause.count() == 0) co_return co_await compare(name, password, from);
    }
    if (!co_await pass_delay(pause)) co_return turned_away(Refusal::ledger_unavailable);
    const auto turn = co_await turns_.take(from);
    if (!turn) co_return turned_away(Refusal::ledger_unavailable);
    co_return co_await compare(name, password, from);
}

Task<Authenticator::Result> Authenticator::compare(
    const std::string& name, const std::string& password, AddressKey from)
{
    const auto found =
        co_await ledger_.run([&](ledger::Ledger& ledger) { return ledger.find_credentials(name); });
    if (!found) co_return refused(found.error());
    const auto credentials = found->value_or(ledger::Credentials{});
    if (!co_await passwords_.matches(credentials.password_hash, password)) {
        guard_.wrong(from, name, now());
        co_return refused(Refusal::wrong_password);
    }
    guard_.right(from, name);
    // Looked at only now, so that a locked account is not told from a wrong password any faster.
    auto member = co_await ledger_.run(
        [&](ledger::Ledger& ledger) { return ledger.member(credentials.account); });
    if (!member) co_return refused(member.error());
    if (!*member) co_return refused(Refusal::wrong_password);
    co_return *std::move(*member);
}

Task<Authenticator::Result> Authenticator::log_in_by_ibutton(
    std::string ibutton, AddressKey from, const PassDelay& pass_delay)
{
    const Wiped wiped{ibutton};
    const auto guarded = guarded_name(ibutton);
    const auto verdict = guard_.may_try(from, guarded, now());
    if (const auto* refuse = std::get_if<LoginGuard::Refuse>(&verdict)) {
        co_return turned_away(Refusal::unknown_ibutton, refuse->retry_after);
    }
    const auto pause = std::get<LoginGuard::Compare>(verdict).pause;
    if (pause.count() > 0 && !co_await pass_delay(pause)) {
        co_return turned_away(Refusal::ledger_unavailable);
    }

    const auto id = protocol::normal_ibutton(ibutton);
    auto member = co_await ledger_.run([&](ledger::Ledger& ledger) {
        const auto account = id ? ledger.find_ibutton(*id) : std::nullopt;
        return account ? ledger.member(*account) : std::nullopt;
    });
    if (!member) co_return refused(member.error());
    if (!*member) {
        guard_.wrong(from, guarded, now());
        co_return refused(Refusal::unknown_ibutton);
    }
    guard_.right(from, guarded);
    co_return *std::move(*member);
}

}  // namespace drinkd
