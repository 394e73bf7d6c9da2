// Measures what a disk takes to keep a little for certain: 4 KiB appended to a file, and fdatasync.
#include "clients/drink_bench/histogram.hpp"
#include "clients/drink_bench/report.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <iostream>
#include <string>
#include <system_error>
#include <unistd.h>

namespace {

constexpr int commits = 1'000;
constexpr std::size_t page_bytes = 4'096;

drink_bench::Histogram measure(const std::string& file)
{
    const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (descriptor < 0) throw std::system_error{errno, std::generic_category(), file};
    drink_bench::Histogram durations;
    const std::array<char, page_bytes> page{};
    for (int i = 0; i < commits; ++i) {
        const auto start = std::chrono::steady_clock::now();
        if (::write(descriptor, page.data(), page.size()) < 0 || ::fdatasync(descriptor) != 0) {
            throw std::system_error{errno, std::generic_category(), file};
        }
        durations.add(std::chrono::steady_clock::now() - start);
    }
    ::close(descriptor);
    return durations;
}

}  // namespace

int main(int argc, char** argv)
{
    if (argc != 2) {
        std::cerr << "usage: durable_commits FOLDER\n";
        return 2;
    }
    const auto file = std::string{argv[1]} + "/durable_commits";
    try {
        const auto durations = measure(file);
        std::filesystem::remove(file);
        // For scripts, in microseconds.
        std::cout << static_cast<double>(durations.percentile(50).count()) / 1e3 << '\n';
        return EXIT_SUCCESS;
    } catch (const std::exception& error) {
        std::cerr << "durable_commits: " << error.what() << '\n';
        return EXIT_FAILURE;
    }
}
