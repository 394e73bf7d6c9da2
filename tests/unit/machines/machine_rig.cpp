#include "machine_rig.hpp"

#include <sstream>
#include <utility>

namespace {

using namespace machines;

std::string_view name_of(DropEvent event)
{
    switch (event) {
        case DropEvent::acked:
            return "acked";
        case DropEvent::nacked:
            return "nacked";
        case DropEvent::lost:
            return "lost";
        case DropEvent::not_sent:
            return "not sent";
        default:
            return "an event that no machine causes";
    }
}

struct ToText {
    Effects& lines;

    template <class... Parts>
    void add(const Parts&... parts) const
    {
        std::ostringstream line;
        (line << ... << parts);
        lines.push_back(line.str());
    }

    void operator()(const SendDrop& send) const
    {
        const bool tini2 = send.protocol == BoardProtocol::tini2;
        add("send ", protocol::number(send.drop), " to slot ", int{send.slot},
            tini2 ? " with its id" : "");
    }
    void operator()(const AskStatus&) const { add("ask status"); }
    void operator()(const AskOutcome& ask) const { add("ask about ", protocol::number(ask.drop)); }
    void operator()(const StoreProtocol& store) const
    {
        const bool tini2 = store.protocol == BoardProtocol::tini2;
        add("store that ", protocol::number(store.drop), " goes by ", tini2 ? "id" : "order");
    }
    void operator()(const CloseLink& close) const { add("close: ", describe(close.reason)); }
    void operator()(const DropEnded& ended) const
    {
        add(protocol::number(ended.drop), ' ', name_of(ended.event), ended.why.empty() ? "" : ": ",
            ended.why);
    }
    void operator()(const LateAnswer& late) const
    {
        add(protocol::number(late.drop), ' ', name_of(late.event), " late");
    }
    void operator()(const NeverKnown& never) const
    {
        add(protocol::number(never.drop), " never known");
    }
    void operator()(const StrayAnswer& stray) const
    {
        if (stray.drop) {
            add("stray: ", protocol::number(*stray.drop), ' ', name_of(stray.event));
        } else {
            add("stray: ", name_of(stray.event));
        }
    }
    void operator()(const SlotsSensed& sensed) const
    {
        for (const auto& slot : sensed.slots) {
            add("slot ", int{slot.slot}, slot.sensor == Sensor::empty ? " empty" : " present");
        }
    }
    void operator()(const TemperatureRead& reading) const { add(reading.fahrenheit, " F"); }
    void operator()(const BadLine& bad) const { add("bad line: ", bad.what); }
};

}  // namespace

MachineSetup three_slots(bool has_sensor)
{
    MachineSetup setup;
    setup.queue_max = 3;
    setup.has_sensor = has_sensor;
    for (const SlotNumber number : {SlotNumber{1}, SlotNumber{2}, SlotNumber{3}}) {
        setup.slots.push_back({.slot = number, .sensor = Sensor::unknown});
    }
    return setup;
}

MachineRig::MachineRig(MachineSetup setup)
    : machine{std::move(setup), [this](SlotNumber slot) { return !disabled.contains(slot); }}
{
}

void MachineRig::log_in(BoardProtocol protocol)
{
    machine.link_up(now, protocol);
    machine.advance(now);
}

void MachineRig::connect(BoardProtocol protocol)
{
    log_in(protocol);
    board_says("9");
}

void MachineRig::hang_up()
{
    machine.link_down(LinkEnd::hung_up);
    machine.advance(now);
}

bool MachineRig::drop(std::int64_t id, SlotNumber slot, BoardProtocol stored)
{
    const bool taken = machine.enqueue(DropId{id}, slot, stored);
    machine.advance(now);
    return taken;
}

void MachineRig::board_says(std::initializer_list<std::string_view> lines)
{
    for (const auto line : lines) {
        machine.on_message(protocol::tini::parse_board_message(line), now);
    }
    machine.advance(now);
}

void MachineRig::protocol_stored(std::int64_t id, BoardProtocol protocol, bool kept)
{
    machine.protocol_stored({.drop = DropId{id}, .protocol = protocol}, kept);
    machine.advance(now);
}

void MachineRig::pass(std::chrono::milliseconds time)
{
    now += time;
    machine.advance(now);
}

void MachineRig::resume()
{
    machine.resume();
    machine.advance(now);
}

void MachineRig::stop()
{
    machine.stop();
    machine.advance(now);
}

Effects MachineRig::effects()
{
    Effects lines;
    for (const auto& effect : machine.take_effects()) std::visit(ToText{lines}, effect);
    return lines;
}
