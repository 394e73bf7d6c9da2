#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace support {

/// A running program. It does not outlive this object, nor the test.
class Process {
public:
    /// Descriptors that become its standard streams, or -1 for /dev/null. They stay the caller's.
    struct Streams {
        int in = -1;
        int out = -1;
        int err = -1;
        bool terminal = false;  ///< `in` is a terminal, and becomes the program's own.
    };

    /// `command` is the program's path and its arguments.
    Process(const std::vector<std::string>& command, Streams streams);
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;
    ~Process();

    pid_t pid() const { return pid_; }
    bool running();
    void signal(int number);

    /// Waits for its end. Gives the exit code, or 128 and the number of the signal that ended it.
    /// Throws when it still runs after `limit`.
    int wait(std::chrono::milliseconds limit);

private:
    pid_t pid_ = -1;
    int descriptor_ = -1;
    int exit_code_ = -1;
    bool ended_ = false;
};

/// What a program that has ended left behind.
struct Finished {
    int exit_code = 0;
    std::string out;
    std::string err;
};

/// Runs a program to its end, with `input` as its standard input.
Finished run_program(const std::vector<std::string>& command, std::string_view input = {});

}  // namespace support
