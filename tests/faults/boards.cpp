#include "boards.hpp"

#include "support/wait.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <sstream>
#include <system_error>
#include <unistd.h>

namespace faults {

using support::Daemon;
using support::Process;

Boards::Boards(
    const Daemon& daemon, Memory memory, std::vector<std::string> machines,
    std::vector<std::string> arguments, std::optional<std::uint16_t> port)
    : daemon_{daemon}, machines_{std::move(machines)}
{
    command_ = {TINI_SIM_PROGRAM, "--config", daemon.settings_file(), "--no-color"};
    for (const auto& machine : machines_) command_.insert(command_.end(), {"--machine", machine});
    const auto server =
        port ? "127.0.0.1:" + std::to_string(*port) : "@" + daemon.ready_file().string();
    // Signs of life come by the clock, and would be in the way of counting bytes.
    command_.insert(
        command_.end(), {"--server", server, "--reconnect", "0.01", "--sign-of-life", "3600"});
    if (memory == Memory::notes) {
        command_.insert(command_.end(), {"--tini2", "--state", state_folder()});
    }
    command_.insert(command_.end(), arguments.begin(), arguments.end());
}

void Boards::start()
{
    const int told = ::open(told_file().c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (told < 0) throw std::system_error{errno, std::generic_category(), told_file()};
    process_.emplace(command_, Process::Streams{.out = told, .err = told});
    ::close(told);
}

void Boards::kill9()
{
    process_->signal(SIGKILL);
    process_->wait(support::patience);
    lost_power_ = true;
    for (const auto& machine : machines_) noted_[machine].merge(noted(machine));
}

std::set<std::int64_t> Boards::dropped(std::string_view machine) const
{
    auto drops = noted(machine);
    if (const auto before = noted_.find(machine); before != noted_.end()) {
        drops.insert(before->second.begin(), before->second.end());
    }
    drops.merge(told(machine));
    return drops;
}

std::set<std::int64_t> Boards::told(std::string_view machine) const
{
    std::set<std::int64_t> drops;
    for (const auto& line : fallen(machine)) {
        constexpr std::string_view mark = "(drop ";
        drops.insert(std::stoll(line.substr(line.find(mark) + mark.size())));
    }
    return drops;
}

std::set<std::int64_t> Boards::noted(std::string_view machine) const
{
    std::set<std::int64_t> drops;
    std::ifstream notes{state_folder() / (std::string{machine} + ".notes")};
    for (std::string line; std::getline(notes, line);) {
        if (line.ends_with(" done")) drops.insert(std::stoll(line.substr(line.find(' '))));
    }
    return drops;
}

// The lines that say that a can fell.
std::vector<std::string> Boards::fallen(std::string_view machine) const
{
    std::vector<std::string> lines;
    std::ifstream told{told_file()};
    for (std::string line; std::getline(told, line);) {
        std::istringstream words{line};
        std::string time;
        std::string name;
        if (words >> time >> name && name == machine && line.contains(" acked")) {
            lines.push_back(line);
        }
    }
    return lines;
}

std::filesystem::path Boards::told_file() const
{
    return daemon_.folder() / ("boards-" + machines_.front());
}

void wait_until_online(const Daemon& daemon)
{
    support::wait_until("the boards to be connected", [&] {
        return std::ranges::all_of(daemon.status().at("machines"), [](const auto& machine) {
            return machine.at("online").template get<bool>();
        });
    });
}

}  // namespace faults
