#include "clients/drink_bench/outcome.hpp"

namespace drink_bench {
namespace {

double quotient(double dividend, double divisor) { return divisor == 0 ? 0 : dividend / divisor; }

double seconds(std::chrono::nanoseconds duration)
{
    return std::chrono::duration<double>{duration}.count();
}

}  // namespace

std::chrono::nanoseconds UsedBy::user() const
{
    const auto user = static_cast<double>(after.user_ticks - before.user_ticks);
    const auto system = static_cast<double>(after.system_ticks - before.system_ticks);
    const auto time = static_cast<double>(cpu().count()) * quotient(user, user + system);
    return std::chrono::nanoseconds{static_cast<std::int64_t>(time)};
}

double per_second(const Outcome& outcome)
{
    return quotient(static_cast<double>(outcome.answered), seconds(outcome.time));
}

std::uint64_t refusals(const Outcome& outcome)
{
    std::uint64_t sum = 0;
    for (const auto& [code, count] : outcome.refused) sum += count;
    return sum;
}

double share_of_core(const UsedBy& used, const Outcome& outcome)
{
    return quotient(seconds(used.cpu()), seconds(outcome.time));
}

double bytes_per_connection(const Outcome& outcome)
{
    if (!outcome.server) return 0;
    const auto bytes = outcome.server->after.resident_bytes - outcome.bytes_before_set_up;
    return quotient(static_cast<double>(bytes), static_cast<double>(outcome.connections));
}

}  // namespace drink_bench
