#pragma once

#include "daemon/slot_catalog.hpp"
#include "daemon/thermometer.hpp"
#include "daemon/world.hpp"
#include "machines/machine.hpp"
#include "protocol/line_framer.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace drinkd {

using protocol::BoardProtocol;
using protocol::DropId;
using protocol::Refusal;
using protocol::SlotNumber;

/// How the handing over of a drop to its machine ended.
struct Delivery {
    machines::DropEvent event{};  ///< acked, nacked, lost or not_sent.
    std::string why;              ///< In words, when it was lost or not sent.
    Refusal refusal{};            ///< What the member is told, unless it was acked or lost.
};

/// What a machine's host tells the rest of the daemon. Called on the host's strand; must not wait.
class MachineEvents {
public:
    virtual void late_answer(std::size_t machine, DropId drop, machines::DropEvent event) = 0;
    virtual void never_known(std::size_t machine, DropId drop) = 0;
    /// Something that may help to settle the machine's drops in doubt, in words.
    virtual void evidence(std::size_t machine, std::string what) = 0;
    /// Leads to protocol_stored() of the machine's host.
    virtual void store_protocol(std::size_t machine, const machines::StoreProtocol& request) = 0;
    virtual void slots_sensed(
        std::size_t machine, const std::vector<machines::SensedSlot>& slots) = 0;
    virtual void temperature_read(std::size_t machine, double fahrenheit) = 0;

protected:
    ~MachineEvents() = default;
};

/// The socket half of one machine: moves bytes, time and wakes around machines::Machine. It lives
/// as long as the daemon; what it holds is touched on its strand only. `catalog` and `events` must
/// outlive it.
class MachineHost {
public:
    MachineHost(
        asio::io_context& io, std::size_t index, std::string id, machines::MachineSetup setup,
        const SlotCatalog& catalog, MachineEvents& events);

    // --- From any thread ------------------------------------------------------------------------

    /// Hands a reserved drop to the machine and waits for its end. Called from a member's strand.
    /// `stored` is the protocol that was reserved for.
    Task<Delivery> deliver(DropId drop, SlotNumber slot, BoardProtocol stored);

    bool online() const { return online_; }
    /// By which protocol a drop would be sent now.
    BoardProtocol protocol() const { return protocol_; }
    bool queue_full() const { return queued_ >= queue_max_; }
    std::optional<double> temperature() const;
    /// What the board said of the temperature before this host was there.
    void remember_temperature(double fahrenheit, machines::Instant at);

    /// Between these two the machine gets no drop: a settlement of its is not durable yet.
    void pause();
    void resume();

    /// Sends nothing more; what is queued is not delivered.
    void stop();
    /// Gives up the link, and with it the drop in flight. No board is let in from then on.
    void hang_up();

    /// What the machine is doing, for people.
    struct State {
        bool online = false;
        bool suspect = false;
        std::size_t queued = 0;
        std::optional<DropId> in_flight;
        std::string peer;
    };
    Task<State> state();

    const std::string& id() const { return id_; }
    const Strand& strand() const { return strand_; }

    // --- On the host's strand -------------------------------------------------------------------

    /// Serves a connection whose login is right until it ends. `framer` holds what came behind the
    /// login. An older link of the machine is read dry and replaced.
    Task<machines::LinkEnd> serve(
        Socket socket, protocol::LineFramer framer, std::string peer, BoardProtocol protocol);

    void protocol_stored(const machines::StoreProtocol& request, bool kept);

private:
    struct Link;
    struct Waiter;

    void enqueue(Waiter& waiter);
    /// Does all that has become possible, and what the machine asks for.
    void advance();
    /// Lets other threads see how the machine is; before anybody can hear of it by another way.
    void publish();
    /// False when there was nothing to carry out.
    bool carry_out_effects();
    void carry_out(const machines::Effect& effect);
    void send_drop(const machines::SendDrop& send);
    void give_up_link(machines::LinkEnd reason);
    void take_stray_answer(const machines::StrayAnswer& stray);
    void send_to_board(std::string_view bytes);
    void finish(const machines::DropEnded& ended);
    void read_dry(Link& link);
    /// False when the peer has hung up or the connection is broken.
    bool receive(Link& link);
    void take_lines(Link& link);
    void close(Link& link, machines::LinkEnd reason);
    void arm_timer();

    Strand strand_;
    const std::size_t index_;
    const std::string id_;
    const std::size_t queue_max_;
    MachineEvents& events_;
    machines::Machine machine_;
    std::shared_ptr<Link> link_;
    bool hung_up_ = false;
    std::unordered_map<DropId, Waiter*> waiters_;
    Timer timer_;
    std::optional<machines::Instant> timer_due_;
    std::optional<machines::Instant> stray_told_at_;

    std::atomic<bool> online_{false};
    std::atomic<BoardProtocol> protocol_{BoardProtocol::tini};
    std::atomic<std::size_t> queued_{0};
    Thermometer thermometer_;
};

}  // namespace drinkd
