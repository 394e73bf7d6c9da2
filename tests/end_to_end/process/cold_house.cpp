#include "process/cold_house.hpp"

#include <fstream>
#include <stdexcept>

namespace support {
namespace {

[[noreturn]] void fail(sqlite3* database)
{
    throw std::runtime_error{std::string{"sqlite: "} + sqlite3_errmsg(database)};
}

}  // namespace

ColdHouse::ColdHouse(nlohmann::json settings)
{
    if (!settings.contains("ledger")) settings["ledger"] = {{"sqlite", "ledger.db"}};
    write("settings.json", settings.dump(4));
}

Finished ColdHouse::run(const std::vector<std::string>& arguments, std::string_view input) const
{
    std::vector<std::string> command{DRINKD_PROGRAM};
    command.insert(command.end(), arguments.begin(), arguments.end());
    command.emplace_back("--config");
    command.push_back(settings_file());
    return run_program(command, input);
}

void ColdHouse::write(const std::filesystem::path& name, std::string_view content) const
{
    std::ofstream{folder() / name} << content;
}

OtherProgram::OtherProgram(const std::filesystem::path& database)
{
    sqlite3* handle = nullptr;
    const int result = sqlite3_open(database.c_str(), &handle);
    handle_.reset(handle);
    if (result != SQLITE_OK) fail(handle);
}

void OtherProgram::execute(const char* sql)
{
    if (sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
        fail(handle_.get());
    }
}

std::int64_t OtherProgram::integer(const char* sql)
{
    std::int64_t value = 0;
    const auto take = [](void* target, int, char** columns, char**) {
        *static_cast<std::int64_t*>(target) = std::stoll(columns[0]);
        return 0;
    };
    if (sqlite3_exec(handle_.get(), sql, take, &value, nullptr) != SQLITE_OK) fail(handle_.get());
    return value;
}

}  // namespace support
