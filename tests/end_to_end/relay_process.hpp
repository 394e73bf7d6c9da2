#pragma once

#include "support/process.hpp"
#include "support/temp_dir.hpp"
#include "support/wait.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <filesystem>
#include <fstream>

/// `drink-bench relay` on free ports.
class RelayProcess {
public:
    RelayProcess()
        : process_{
              {DRINK_BENCH_PROGRAM, "relay", "--members-port", "0", "--boards-port", "0",
               "--ready-file", ready_file()},
              support::Process::Streams{}}
    {
        support::wait_until(
            "the relay to be ready", [&] { return std::filesystem::exists(ready_file()); });
    }

    std::filesystem::path ready_file() const { return folder_ / "ready.json"; }
    std::uint16_t members_port() const { return port("sunday"); }
    std::uint16_t boards_port() const { return port("boards"); }
    support::Process& process() { return process_; }

private:
    std::uint16_t port(const char* kind) const
    {
        std::ifstream file{ready_file()};
        return nlohmann::json::parse(file).at(kind).at(0).at("port").get<std::uint16_t>();
    }

    TempDir folder_;
    support::Process process_;
};
