#include "clients/drink_bench/load.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <unistd.h>
#include <utility>

namespace drink_bench {
namespace {

using namespace std::chrono_literals;

// So many log in at once, like a house in which the power is back: more would wait in queues that a
// server may bound.
constexpr std::size_t setting_up_max = 100;
constexpr auto patience = 60s;  // With a server that sets up nobody.
constexpr auto drain_max = 10s;
constexpr std::size_t reasons_max = 8;
constexpr auto progress_interval = 1s;

}  // namespace

Load::Load(EventLoop& loop, const LoadPlan& plan, const int& stops, Progress progress)
    : loop_{loop}, plan_{plan}, stops_{stops}, progress_{std::move(progress)}
{
}

void Load::add(std::unique_ptr<Peer> peer) { peers_.push_back(std::move(peer)); }

void Load::add_requester(std::unique_ptr<Requester> requester)
{
    requesters_.push_back(requester.get());
    answered_of_.push_back(0);
    add(std::move(requester));
}

std::expected<Outcome, std::string> Load::run()
{
    free_.set_capacity(requesters_.size());
    if (plan_.pid) {
        const auto usage = usage_of(*plan_.pid);
        if (!usage) return std::unexpected{fmt::format("there is no process {}", *plan_.pid)};
        outcome_.bytes_before_set_up = usage->resident_bytes;
    }
    if (plan_.course == Course::storm) {
        storm();
        return std::move(outcome_);
    }
    if (auto done = set_up(); !done) return std::unexpected{std::move(done.error())};
    if (plan_.course == Course::requests) send_requests();
    if (plan_.warm_up > 0s) run_until("warming up", Clock::now() + plan_.warm_up);
    begin_to_measure();
    run_until("measuring", Clock::now() + plan_.duration);
    end_measuring();
    wait_for_the_rest();
    return std::move(outcome_);
}

std::expected<void, std::string> Load::set_up()
{
    const auto start = Clock::now();
    for (std::size_t number = 0; number < peers_.size(); ++number) {
        peers_[number]->set_up(number % plan_.sources);
        ++begun_;
        // Boards stand first. Members find their machines online.
        const bool is_last_board = number + 1 == peers_.size() - requesters_.size();
        const auto at_once = is_last_board || begun_ == peers_.size() ? 1 : setting_up_max;
        if (auto done = wait_until_setting_up_fewer_than(at_once); !done) return done;
    }
    outcome_.set_up_time = Clock::now() - start;
    return {};
}

std::expected<void, std::string> Load::wait_until_setting_up_fewer_than(std::size_t number)
{
    auto give_up = Clock::now() + patience;
    while (setting_up() >= number && outcome_.gone == 0) {
        if (stops_ > 0) return std::unexpected{"interrupted before anything was measured"};
        const auto before = outcome_.connections;
        step("logging in", give_up);
        const auto now = Clock::now();
        if (outcome_.connections > before) give_up = now + patience;
        if (now >= give_up) {
            return std::unexpected{fmt::format(
                "the server has logged in {} of {} and does not go on", outcome_.connections,
                peers_.size())};
        }
    }
    if (outcome_.gone > 0) return std::unexpected{outcome_.reasons.begin()->first};
    return {};
}

void Load::storm()
{
    begin_to_measure();
    for (std::size_t number = 0; number < peers_.size(); ++number, ++begun_) {
        peers_[number]->set_up(number % plan_.sources);
    }
    const auto end = Clock::now() + plan_.duration;
    while (setting_up() > 0 && stops_ == 0 && Clock::now() < end) step("connecting", end);
    end_measuring();
    outcome_.set_up_time = outcome_.time;
    outcome_.never_answered = setting_up();
}

void Load::send_requests()
{
    const auto now = Clock::now();
    sending_ = true;
    if (plan_.rate) {
        arrivals_.emplace(*plan_.rate, now);
        outcome_.backlog.emplace();
        return;
    }
    const std::vector<Requester*> ready{free_.begin(), free_.end()};
    free_.clear();
    for (auto* const requester : ready) requester->begin(now);
}

void Load::run_until(std::string_view at, Time end)
{
    while (stops_ == 0 && outcome_.gone < peers_.size()) {
        auto limit = end;
        if (arrivals_) {
            const auto now = Clock::now();
            begin_due(now);
            if (!free_.empty()) limit = std::min(limit, arrivals_->next());
        }
        step(at, limit);
        if (Clock::now() >= end) return;
    }
}

void Load::begin_due(Time now)
{
    while (arrivals_->is_due(now) && !free_.empty()) {
        auto* const requester = free_.front();
        free_.pop_front();
        // It may have lost its connection since.
        if (requester->is_free()) requester->begin(arrivals_->begin());
    }
    outcome_.backlog->longest = std::max(outcome_.backlog->longest, arrivals_->waiting(now));
}

void Load::begin_to_measure()
{
    outcome_.answered = 0;
    outcome_.refused.clear();
    outcome_.latency = {};
    outcome_.longest_pending = 0s;
    if (outcome_.backlog) outcome_.backlog->longest = 0;
    std::ranges::fill(answered_of_, 0);
    if (plan_.pid) {
        if (const auto usage = usage_of(*plan_.pid)) outcome_.server.emplace().before = *usage;
    }
    outcome_.self.before = usage_of(::getpid()).value();
    measured_from_ = Clock::now();
}

void Load::end_measuring()
{
    const auto now = Clock::now();
    outcome_.time = now - measured_from_;
    outcome_.self.after = usage_of(::getpid()).value();
    const auto server = plan_.pid ? usage_of(*plan_.pid) : std::nullopt;
    if (outcome_.server && server) {
        outcome_.server->after = *server;
    } else {
        outcome_.server.reset();
    }
    sending_ = false;
    outcome_.interrupted = stops_ > 0;
    if (!answered_of_.empty()) {
        const auto [fewest, most] = std::ranges::minmax(answered_of_);
        outcome_.fewest = fewest;
        outcome_.most = most;
    }
    auto oldest = now;
    for (const auto* const requester : requesters_) {
        oldest = std::min(oldest, requester->pending_since().value_or(now));
    }
    if (arrivals_) {
        const auto waiting = arrivals_->waiting(now);
        outcome_.backlog->at_end = waiting - std::min<std::uint64_t>(waiting, free_.size());
        oldest = std::min(oldest, arrivals_->next());
    }
    outcome_.oldest_at_end = now - oldest;
    outcome_.longest_pending = std::max(outcome_.longest_pending, outcome_.oldest_at_end);
}

void Load::wait_for_the_rest()
{
    const auto end = Clock::now() + drain_max;
    const auto stops = stops_;
    const auto pending = [this] {
        return static_cast<std::uint64_t>(std::ranges::count_if(
            requesters_,
            [](const auto* requester) { return requester->pending_since().has_value(); }));
    };
    // What is answered from here on is too late to count.
    Outcome measured = std::move(outcome_);
    outcome_ = {};
    while (stops_ == stops && Clock::now() < end && pending() > 0) {
        step("waiting for the rest", std::min(end, Clock::now() + progress_interval));
    }
    measured.never_answered = pending();
    outcome_ = std::move(measured);
}

void Load::step(std::string_view at, Time limit)
{
    if (!progress_) return loop_.run_once(limit);
    const auto now = Clock::now();
    if (now >= next_progress_ || at != shown_) {
        progress_(at, outcome_);
        shown_ = at;
        next_progress_ = now + progress_interval;
    }
    loop_.run_once(std::min(limit, next_progress_));
}

void Load::on_set_up(Clock::duration took)
{
    ++outcome_.connections;
    if (plan_.course != Course::storm) return;
    ++outcome_.answered;
    outcome_.latency.add(took);
    outcome_.longest_pending = std::max<std::chrono::nanoseconds>(outcome_.longest_pending, took);
}

void Load::on_gone(const std::string& why)
{
    ++outcome_.gone;
    if (outcome_.reasons.size() < reasons_max || outcome_.reasons.contains(why)) {
        ++outcome_.reasons[why];
    }
}

void Load::on_answer(std::size_t requester, Time due, int code)
{
    const auto took = Clock::now() - due;
    outcome_.longest_pending = std::max<std::chrono::nanoseconds>(outcome_.longest_pending, took);
    if (code != 0) {
        ++outcome_.refused[code];
        return;
    }
    ++outcome_.answered;
    ++answered_of_[requester];
    outcome_.latency.add(took);
}

void Load::on_free(Requester& requester)
{
    if (sending_ && !arrivals_) {
        requester.begin(Clock::now());
    } else {
        free_.push_back(&requester);
    }
}

}  // namespace drink_bench
