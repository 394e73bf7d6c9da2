#pragma once

#include <chrono>
#include <functional>
#include <stdexcept>
#include <string_view>

namespace support {

/// How long a test waits for what must come. It bounds a failure; a passing test never waits for
/// it.
inline constexpr std::chrono::seconds patience{10};

/// It took longer than patience.
struct TooLate : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Looks again and again until it is so. Throws TooLate, telling what it waited for, when that
/// takes longer than patience.
void wait_until(std::string_view what, const std::function<bool()>& is_so);

}  // namespace support
