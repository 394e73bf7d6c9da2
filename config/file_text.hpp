#pragma once

#include <cstddef>
#include <expected>
#include <filesystem>
#include <string>

namespace config {

/// The whole content of a file, or in words why it can not be had.
std::expected<std::string, std::string> read_file(
    const std::filesystem::path& file, std::size_t size_max);

}  // namespace config
