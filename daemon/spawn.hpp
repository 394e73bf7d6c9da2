#pragma once

#include "daemon/asio.hpp"

#include <string_view>

namespace drinkd {

/// Starts a coroutine that nobody waits for. An exception out of it is a mistake of the program: it
/// is logged under `what` (which must be a literal), and only that coroutine ends.
void spawn(const Strand& strand, Task<> task, std::string_view what);

}  // namespace drinkd
