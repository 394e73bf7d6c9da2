#pragma once

#include "clients/drink/failure.hpp"

#include <expected>
#include <string>
#include <string_view>

namespace drink {

/// The member's password: the first line of `file` where one is named, else DRINK_PASSWORD, else
/// what the user types at a prompt without echo.
std::expected<std::string, Failure> read_password(const std::string& file, std::string_view user);

}  // namespace drink
