#pragma once

#include <cstddef>
#include <string>

namespace drink_bench {

/// A name or a password for each of many: the pattern with the number in place of its `#`, if it
/// has one.
std::string numbered(const std::string& pattern, std::size_t number);

}  // namespace drink_bench
