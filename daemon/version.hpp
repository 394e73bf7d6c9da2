#pragma once

#include <string_view>

namespace drinkd {

/// The program and its version, as VERSION, `drinkd --version` and the log tell it.
inline constexpr std::string_view version_text = "drinkd " DRINKD_VERSION;

}  // namespace drinkd
