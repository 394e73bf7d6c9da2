#pragma once

#include <cstddef>
#include <expected>
#include <string>

/// What the program asks of the system for itself.
namespace drink_bench {

/// Runs on that core only from here on. In words why it can not.
std::expected<void, std::string> pin_to(int core);

/// Raises the limit of descriptors as far as it goes, and says why so many connections are too many
/// for it.
std::expected<void, std::string> allow_connections(std::size_t connections);

}  // namespace drink_bench
