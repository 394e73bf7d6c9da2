#pragma once

#include <cerrno>
#include <filesystem>
#include <stdlib.h>
#include <string>
#include <string_view>
#include <system_error>

/// A new, empty folder, removed with everything in it at the end of the test.
class TempDir {
public:
    TempDir()
    {
        auto name = (std::filesystem::temp_directory_path() / "drinkd-XXXXXX").string();
        if (!::mkdtemp(name.data())) throw std::system_error{errno, std::generic_category(), name};
        path_ = name;
    }
    TempDir(const TempDir&) = delete;
    TempDir& operator=(const TempDir&) = delete;
    ~TempDir()
    {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    const std::filesystem::path& path() const { return path_; }
    std::filesystem::path operator/(std::string_view name) const { return path_ / name; }

private:
    std::filesystem::path path_;
};
