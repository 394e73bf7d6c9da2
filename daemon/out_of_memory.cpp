#include "daemon/out_of_memory.hpp"

#include <cstdlib>
#include <exception>
#include <new>
#include <string_view>
#include <unistd.h>

namespace drinkd {

void end_when_out_of_memory()
{
    std::set_new_handler(out_of_memory);
    static const auto otherwise = std::get_terminate();
    std::set_terminate([] {
        try {
            if (const auto failure = std::current_exception()) std::rethrow_exception(failure);
        } catch (const std::bad_alloc&) {
            out_of_memory();
        } catch (...) {
            otherwise();
        }
        otherwise();
    });
}

void out_of_memory()
{
    // Nothing that allocates, and nothing that waits for another thread.
    constexpr std::string_view line = "drinkd: out of memory\n";
    const auto ignored = ::write(STDERR_FILENO, line.data(), line.size());
    static_cast<void>(ignored);
    std::_Exit(EXIT_FAILURE);
}

}  // namespace drinkd
