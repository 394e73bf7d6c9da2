#pragma once

#include "config/settings.hpp"
#include "simulation/dice.hpp"
#include "simulation/disk.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

/// What a run begins with: a house as the seed has it, and a ledger with its members.
namespace simulation {

/// The ledger on the simulated disk. The name is one that exists on the real one too: a ledger's
/// file that is missing is not made through SQLite.
inline const std::filesystem::path ledger_file = "/dev/null";

inline constexpr int members_max = 4;
inline constexpr std::string_view password = "right";  ///< Of every member.
std::string member_name(int index);
std::string ibutton_of(int index);

/// Milliseconds since 1970, going with the virtual clock.
std::int64_t wall_clock();

config::Settings settings_of(Dice& dice);

/// A disk with a ledger that has the members and nothing else. Made once, on `disk`: making its
/// tables takes longer than a run.
const Disk::Image& new_ledger(Disk& disk);

}  // namespace simulation
