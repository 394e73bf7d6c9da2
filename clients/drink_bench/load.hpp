#pragma once

#include "clients/drink_bench/outcome.hpp"
#include "clients/drink_bench/peers.hpp"
#include "clients/drink_bench/schedule.hpp"

#include <boost/circular_buffer.hpp>

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace drink_bench {

/// What is done with the peers of a run.
enum class Course {
    requests,  ///< They are set up, warmed up, and measured while they send requests,
    idle,      ///< while they do nothing,
    storm,     ///< or while they are set up, all at once.
};

struct LoadPlan {
    Course course = Course::requests;
    std::optional<double> rate;  ///< Requests per second. Nothing = each as soon as it is free.
    Clock::duration warm_up{};
    Clock::duration duration{};
    std::size_t sources = 1;   ///< Of this computer's addresses, from which peers connect in turns.
    std::optional<pid_t> pid;  ///< The server's.
};

/// One run. In the end it waits for what is under way, so that no drop stays in doubt behind it.
class Load final : public PeerEvents {
public:
    /// Called with what it is at, a literal, when that changes and about once a second.
    using Progress = std::function<void(std::string_view at, const Outcome& so_far)>;

    /// `stops` is how often the user wanted an end so far. Both references must outlive it.
    Load(EventLoop& loop, const LoadPlan& plan, const int& stops, Progress progress);

    /// Before it runs: boards first, so that members find their machines online.
    void add(std::unique_ptr<Peer> peer);
    /// Requesters are numbered from 0, in this order.
    void add_requester(std::unique_ptr<Requester> requester);

    /// Once. In words why nothing could be measured.
    std::expected<Outcome, std::string> run();

    void on_set_up(Clock::duration took) override;
    void on_gone(const std::string& why) override;
    void on_answer(std::size_t requester, Time due, int code) override;
    void on_free(Requester& requester) override;

private:
    std::expected<void, std::string> set_up();
    std::size_t setting_up() const { return begun_ - outcome_.connections - outcome_.gone; }
    std::expected<void, std::string> wait_until_setting_up_fewer_than(std::size_t number);
    void storm();
    void send_requests();
    void run_until(std::string_view at, Time end);
    void begin_to_measure();
    void end_measuring();
    void wait_for_the_rest();
    void begin_due(Time now);
    void step(std::string_view at, Time limit);

    EventLoop& loop_;
    const LoadPlan& plan_;
    const int& stops_;
    Progress progress_;
    std::string_view shown_;  // What it was at, at the last progress.
    Time next_progress_{};
    std::vector<std::unique_ptr<Peer>> peers_;
    std::vector<Requester*> requesters_;      // The last of these.
    std::vector<std::uint64_t> answered_of_;  // For each requester.
    boost::circular_buffer<Requester*> free_;
    std::optional<Arrivals> arrivals_;
    std::size_t begun_ = 0;  // How many peers began to be set up.
    bool sending_ = false;
    Time measured_from_{};
    Outcome outcome_;
};

}  // namespace drink_bench
