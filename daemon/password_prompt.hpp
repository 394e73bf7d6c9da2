#pragma once

#include <optional>
#include <string>

namespace drinkd {

/// A new password for an account: one line of standard input when `from_stdin`, else asked for
/// twice on the terminal, without echo. Nothing when there is no terminal or nothing was typed.
/// Throws tools::ToolError for a password that no client could send.
std::optional<std::string> read_new_password(bool from_stdin);

}  // namespace drinkd
