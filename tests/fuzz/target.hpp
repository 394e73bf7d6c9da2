#pragma once

#include "protocol/line_framer.hpp"

#include <cstddef>
#include <source_location>
#include <string_view>
#include <vector>

/// What the fuzz targets share. Each target is one file that defines check_input(); it is linked
/// with libFuzzer, which makes up inputs, or with replay.cpp, which reads them from files.
namespace fuzz {

/// Hands the input to the parser and checks what must hold for any input.
void check_input(std::string_view input);

/// Ends the program, with the property in words and its place, where one does not hold.
void must(
    bool holds, std::string_view property,
    std::source_location place = std::source_location::current());

/// Whether a part that a parser gave is of the text that it was given.
bool lies_in(std::string_view part, std::string_view whole);

/// The text without that end, which it must have, as the only line of it.
std::string_view without_end(std::string_view text, std::string_view end = "\n");

/// Calls `check` with each line of the input, the last one without an end too. Each is in memory of
/// its own, so that the address sanitizer hears of the first byte read behind it.
template <typename Check>
void for_each_line(std::string_view input, const Check& check)
{
    constexpr std::size_t line_bytes_max = 4'096;
    protocol::LineFramer framer{line_bytes_max};
    const auto check_copy = [&](std::string_view line) {
        const std::vector<char> copy(line.begin(), line.end());
        check(std::string_view{copy.data(), copy.size()});
    };
    framer.feed(input);
    while (const auto line = framer.next_line()) check_copy(*line);
    check_copy(framer.take_unfinished());
}

}  // namespace fuzz
