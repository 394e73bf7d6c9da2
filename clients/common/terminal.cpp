#include "clients/common/terminal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <unistd.h>

namespace clients {
namespace {

unsigned char byte_of(char c) { return static_cast<unsigned char>(c); }

std::string_view escape_of(Colour colour)
{
    switch (colour) {
        case Colour::dim:
            return "2";
        case Colour::good:
            return "32";
        case Colour::bad:
            return "31";
        case Colour::warning:
            return "33";
        case Colour::plain:
            break;
    }
    return "";
}

}  // namespace

bool may_colour(int descriptor)
{
    const char* const objection = std::getenv("NO_COLOR");  // NOLINT(concurrency-mt-unsafe)
    const char* const terminal = std::getenv("TERM");       // NOLINT(concurrency-mt-unsafe)
    if (objection && *objection) return false;
    if (!terminal || std::string_view{terminal} == "dumb") return false;
    return isatty(descriptor) == 1;
}

std::string coloured(std::string_view text, Colour colour)
{
    if (colour == Colour::plain) return std::string{text};
    return fmt::format("\033[{}m{}\033[0m", escape_of(colour), text);
}

std::string without_controls(std::string_view text)
{
    std::string result{text};
    for (std::size_t i = 0; i < result.size(); ++i) {
        const auto byte = byte_of(result[i]);
        if (byte < 0x20 || byte == 0x7f) result[i] = '?';
        // U+0080 to U+009F are controls too, written C2 80 to C2 9F.
        const bool high_control = byte == 0xc2 && i + 1 < result.size() &&
                                  byte_of(result[i + 1]) >= 0x80 && byte_of(result[i + 1]) <= 0x9f;
        if (high_control) result.replace(i, 2, "?");
    }
    return result;
}

std::size_t columns(std::string_view text)
{
    // Bytes 10xxxxxx continue a character.
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (byte_of(c) & 0xc0) != 0x80; }));
}

}  // namespace clients
