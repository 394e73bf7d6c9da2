#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <functional>
#include <optional>
#include <utility>

/// The daemon's few Asio types. (The namespace is not `daemon`: that is a function of libc.) All of
/// them name the concrete strand: a type-erased executor costs an eighth of a session's
/// instructions.
namespace drinkd {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using boost::system::error_code;

using Strand = asio::strand<asio::io_context::executor_type>;

/// A coroutine on a strand.
template <class Result = void>
using Task = asio::awaitable<Result, Strand>;

inline constexpr asio::use_awaitable_t<Strand> use_task;
/// For operations whose failure is an ordinary event: `auto [error, ...] = co_await ...`.
inline constexpr auto use_tuple = asio::as_tuple(use_task);

/// What is known without waiting, for who would wait.
template <class Result>
Task<Result> at_once(Result result)
{
    co_return result;
}

/// Lets a coroutine sleep until another thread or strand wakes it. The sleeper's frame owns this.
class Wake {
public:
    /// Starts `begin` and sleeps until wake() was called, which may be at once.
    template <class Begin>
    Task<> sleep(Begin begin)
    {
        return asio::async_initiate<const asio::use_awaitable_t<Strand>, void()>(
            [this, begin](auto handler) mutable {
            home_.emplace(asio::get_associated_executor(handler));
            resume_ = std::move(handler);
            begin();
            },
            use_task);
    }

    /// Once, from any thread. The sleeper goes on, on its own strand; nothing of it, this object
    /// included, may be touched afterwards.
    void wake()
    {
        // The frame that holds this object may end within the call, so nothing is left in it.
        const auto home = *home_;
        auto go_on = [resume = std::move(resume_)]() mutable { resume(); };
        // Within the sleeper's own call of sleep() it must not go on: one that sleeps again and
        // again would get deeper and deeper into the stack.
        if (home.running_in_this_thread()) {
            asio::post(home, std::move(go_on));
        } else {
            asio::dispatch(home, std::move(go_on));
        }
    }

private:
    std::optional<Strand> home_;
    std::move_only_function<void()> resume_;
};

}  // namespace drinkd
