#include "config/file_text.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <string_view>
#include <system_error>

namespace config {
namespace {

std::unexpected<std::string> can_not_read(const std::filesystem::path& file, std::string_view why)
{
    std::string text = "can not read ";
    text.append(file.string()).append(": ").append(why);
    return std::unexpected{std::move(text)};
}

std::string last_error() { return std::generic_category().message(errno); }

}  // namespace

std::expected<std::string, std::string> read_file(
    const std::filesystem::path& file, std::size_t size_max)
{
    const auto close = [](std::FILE* stream) { std::fclose(stream); };
    const std::unique_ptr<std::FILE, decltype(close)> stream{
        std::fopen(file.c_str(), "rbe"), close};
    if (!stream) return can_not_read(file, last_error());

    std::string text;
    std::array<char, 65'536> chunk;
    while (std::feof(stream.get()) == 0 && std::ferror(stream.get()) == 0) {
        text.append(chunk.data(), std::fread(chunk.data(), 1, chunk.size(), stream.get()));
        if (text.size() > size_max) {
            return can_not_read(file, "it is larger than " + std::to_string(size_max) + " bytes");
        }
    }
    if (std::ferror(stream.get()) != 0) return can_not_read(file, last_error());
    return text;
}

}  // namespace config
