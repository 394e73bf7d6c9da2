// Checks the inputs in the files and folders that it is given: with any compiler, as an ordinary
// test. It fails where there is nothing to check.
#include "target.hpp"

#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace {

namespace fs = std::filesystem;

void replay(const fs::path& file)
{
    std::ifstream stream{file, std::ios::binary};
    const std::vector<char> input{std::istreambuf_iterator<char>{stream}, {}};
    if (!stream) throw std::runtime_error{"can not read " + file.string()};
    // What stands last is the input that a failure is about.
    std::printf("%s\n", file.c_str());
    std::fflush(stdout);
    fuzz::check_input({input.data(), input.size()});
}

std::vector<fs::path> files_in(const fs::path& path)
{
    if (!fs::is_directory(path)) return {path};
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator{path}) files.push_back(entry.path());
    return files;
}

}  // namespace

int main(int count, char** arguments)
try {
    std::size_t replayed = 0;
    for (int index = 1; index < count; ++index) {
        for (const auto& file : files_in(arguments[index])) {
            replay(file);
            ++replayed;
        }
    }
    if (replayed == 0) throw std::runtime_error{"there is no input"};
    return 0;
} catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
