#include "daemon/spawn.hpp"

#include "daemon/log.hpp"
#include "daemon/out_of_memory.hpp"

#include <boost/asio/co_spawn.hpp>

#include <exception>
#include <new>

namespace drinkd {

void spawn(const Strand& strand, Task<> task, std::string_view what)
{
    asio::co_spawn(strand, std::move(task), [what](const std::exception_ptr& failure) {
        if (!failure) return;
        try {
            std::rethrow_exception(failure);
        } catch (const std::bad_alloc&) {
            out_of_memory();
        } catch (const std::exception& error) {
            log::error("a task failed", {{"task", what}, {"reason", error.what()}});
        }
    });
}

}  // namespace drinkd
