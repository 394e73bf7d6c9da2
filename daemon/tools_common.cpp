#include "daemon/tools_common.hpp"

#include "daemon/control_client.hpp"

#include <fmt/chrono.h>

namespace drinkd::tools {

nlohmann::json change(const config::Settings& settings, nlohmann::json request)
{
    auto reply = change_ledger(settings, std::move(request));
    if (!reply) throw ToolError{reply.error()};
    if (!reply->value("ok", false)) throw ToolError{reply->value("error", "it was refused")};
    return *std::move(reply);
}

std::string local_time(std::int64_t ms)
{
    return fmt::format("{:%Y-%m-%d %H:%M:%S}", fmt::localtime(static_cast<std::time_t>(ms / 1000)));
}

}  // namespace drinkd::tools
