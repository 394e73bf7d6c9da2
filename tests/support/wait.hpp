#pragma once

#include <chrono>
#include <functional>
#include <string_view>

namespace support {

/// How long a test waits for what must come. It bounds a failure; a passing test never waits for
/// it.
inline constexpr std::chrono::seconds patience{10};

/// Looks again and again until it is so. Throws, telling what it waited for, when that takes longer
/// than patience.
void wait_until(std::string_view what, const std::function<bool()>& is_so);

}  // namespace support
