#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// What both programs need to know about terminals.
namespace clients {

/// Whether what goes to that descriptor may be coloured: it is a terminal that can, and the user
/// did not object (https://no-color.org).
bool may_colour(int descriptor);

/// ANSI colours by what they are used for.
enum class Colour { plain, dim, good, bad, warning };

/// The text in that colour.
std::string coloured(std::string_view text, Colour colour);

/// The text with control characters replaced by `?`, so that words from the network can not drive
/// the reader's terminal. Other characters of UTF-8 stay.
std::string without_controls(std::string_view text);

/// How many columns a UTF-8 text takes, counting every character as one.
std::size_t columns(std::string_view text);

}  // namespace clients
