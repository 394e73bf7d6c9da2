#pragma once

#include "support/process.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace support {

/// A terminal with a test at its keys and its screen, and the program that runs on it. Whatever is
/// waited for must come within patience.
class Terminal {
public:
    /// `command` is the program's path and its arguments.
    explicit Terminal(const std::vector<std::string>& command);
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;
    ~Terminal();

    void type(std::string_view keys);

    /// Waits until the text is on the screen, below what this gave before, and gives all that came
    /// up to its end.
    std::string wait_for(std::string_view text);

    /// Waits for the end of the program and gives its exit code.
    int wait_for_end();

    /// Whether what is typed shows.
    bool echoes() const;

private:
    bool receive();  // Appends what comes to screen_; false when nothing does in time.

    int keys_ = -1;  // The test's end; also what the program writes comes from here.
    int line_ = -1;  // The program's end.
    std::string screen_;
    std::optional<Process> program_;
};

}  // namespace support
