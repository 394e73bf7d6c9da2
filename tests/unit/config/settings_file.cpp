#include "settings_file.hpp"

#include "support/catch.hpp"

#include <cstdlib>
#include <fstream>

namespace settings_file {

Json smallest()
{
    return Json::parse(R"({
        "machines": [
            { "id": "d", "name": "Big Drink", "board": { "password": "secret" },
              "slots": [ { "number": 1, "item": "Coke", "price": 50 } ] }
        ]
    })");
}

Json with(Json file, const std::string& pointer, Json value)
{
    file[Json::json_pointer{pointer}] = std::move(value);
    return file;
}

Json without(const Json& file, const std::string& pointer)
{
    const Json::json_pointer whole{pointer};
    Json result = file;
    result[whole.parent_pointer()].erase(whole.back());
    return result;
}

config::Settings settings_of(const Json& file, const std::filesystem::path& folder)
{
    const auto text = file.dump(4);
    INFO(text);
    auto settings = config::parse_settings(text, folder);
    if (!settings) FAIL(settings.error().front().path + ": " + settings.error().front().text);
    return std::move(*settings);
}

std::vector<std::string> mistakes_in(const Json& file, const std::filesystem::path& folder)
{
    return mistakes_in_text(file.dump(4), folder);
}

std::vector<std::string> mistakes_in_text(
    std::string_view text, const std::filesystem::path& folder)
{
    std::vector<std::string> lines;
    const auto settings = config::parse_settings(text, folder);
    if (settings) return lines;
    for (const auto& mistake : settings.error())
        lines.push_back(mistake.path + ": " + mistake.text);
    return lines;
}

TemporaryFolder::TemporaryFolder()
{
    auto name = (std::filesystem::temp_directory_path() / "drinkd-test-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = std::filesystem::canonical(name);
}

TemporaryFolder::~TemporaryFolder()
{
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

void TemporaryFolder::write(const std::string& name, std::string_view content) const
{
    std::ofstream{path_ / name, std::ios::binary} << content;
}

}  // namespace settings_file
