#pragma once

#include <cstddef>
#include <random>
#include <string>
#include <string_view>

/// At most `size_max` random bytes. Most are of `alphabet`, so that they get past a parser's first
/// look; every eighth is any byte at all. The same on every platform for the same seed.
inline std::string random_text(
    std::mt19937& random, std::string_view alphabet, std::size_t size_max)
{
    std::string text(random() % (size_max + 1), '\0');
    for (char& c : text) {
        c = random() % 8 == 0 ? static_cast<char>(random() % 256)
                              : alphabet[random() % alphabet.size()];
    }
    return text;
}
