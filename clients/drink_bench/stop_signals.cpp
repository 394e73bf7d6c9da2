#include "clients/drink_bench/stop_signals.hpp"

#include <cerrno>
#include <csignal>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <system_error>
#include <unistd.h>

namespace drink_bench {
namespace {

int open_signals()
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    return ::signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
}

}  // namespace

StopSignals::StopSignals(EventLoop& loop) : descriptor_{open_signals()}
{
    if (descriptor_ < 0) throw std::system_error{errno, std::generic_category(), "signalfd"};
    loop.watch(descriptor_, EPOLLIN, *this);
}

StopSignals::~StopSignals() { ::close(descriptor_); }

void StopSignals::on_ready(std::uint32_t)
{
    signalfd_siginfo signal{};
    if (::read(descriptor_, &signal, sizeof signal) > 0) ++count_;
}

}  // namespace drink_bench
