#include "clients/drink_bench/numbered.hpp"

#include <fmt/format.h>

namespace drink_bench {

std::string numbered(const std::string& pattern, std::size_t number)
{
    const auto place = pattern.find('#');
    if (place == std::string::npos) return pattern;
    return fmt::format("{}{}{}", pattern.substr(0, place), number, pattern.substr(place + 1));
}

}  // namespace drink_bench
