#pragma once

#include "config/settings.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

/// Settings files for tests: the smallest good one, and changes of it.
namespace settings_file {

/// Keeps the order of its keys, as a file does.
using Json = nlohmann::ordered_json;

/// One machine, `d`, with one slot; everything else is left to its default.
Json smallest();

/// `file` with the value at a JSON pointer such as `/machines/0/id` put in or replaced.
Json with(Json file, const std::string& pointer, Json value);

/// `file` without the value at a JSON pointer.
Json without(const Json& file, const std::string& pointer);

/// The settings of a file that must be good.
config::Settings settings_of(const Json& file, const std::filesystem::path& folder = "/etc/drinkd");

/// Every mistake in a file, as `path: text`.
std::vector<std::string> mistakes_in(
    const Json& file, const std::filesystem::path& folder = "/etc/drinkd");
std::vector<std::string> mistakes_in_text(
    std::string_view text, const std::filesystem::path& folder = "/etc/drinkd");

/// A folder that is removed at the end of the test, for secrets.
class TemporaryFolder {
public:
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    const std::filesystem::path& path() const { return path_; }
    void write(const std::string& name, std::string_view content) const;

private:
    std::filesystem::path path_;
};

}  // namespace settings_file
