// Drops by way of an MQTT broker, to compare: a member publishes a request to its board's topic and
// the board publishes the answer to the member's, both at QoS 1. The load is drink-bench's own, so
// that the generator is the same for all servers. MQTT 3.1.1 is written here by hand, as far as
// these messages need it: a client library has its own loop, and would cost more than the broker.
#include "clients/drink_bench/connection.hpp"
#include "clients/drink_bench/load.hpp"
#include "clients/drink_bench/report.hpp"
#include "clients/drink_bench/stop_signals.hpp"
#include "clients/drink_bench/this_process.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace {

using namespace drink_bench;

enum PacketType : unsigned char {
    connack = 0x20,
    publish = 0x30,
    puback = 0x40,
    suback = 0x90,
};

char byte_of(std::size_t value) { return static_cast<char>(value & 0xff); }

void append_number(std::string& packet, std::size_t number)
{
    packet += byte_of(number >> 8);
    packet += byte_of(number);
}

void append_text(std::string& packet, std::string_view text)
{
    append_number(packet, text.size());
    packet += text;
}

std::size_t number_at(std::string_view bytes, std::size_t place)
{
    return static_cast<unsigned char>(bytes[place]) * 256U +
           static_cast<unsigned char>(bytes[place + 1]);
}

// A connection to the broker that is subscribed to one topic.
class Subscriber : public Connection {
public:
    Subscriber(EventLoop& loop, std::string topic) : Connection{loop}, topic_{std::move(topic)} {}

protected:
    // A message for the topic came.
    virtual void on_message(std::string_view payload) = 0;
    virtual void on_subscribed() = 0;

    // All that one read leads to goes out at once, which is as cheap for the broker as can be.
    void publish_to(std::string_view topic, std::string_view payload)
    {
        out_ += 0x32;
        out_ += byte_of(2 + topic.size() + 2 + payload.size());
        append_text(out_, topic);
        append_number(out_, next_id());
        out_ += payload;
        if (!reading_) flush();
    }

private:
    void on_connected() final
    {
        out_ += 0x10;
        out_ += byte_of(10 + 2 + topic_.size());
        append_text(out_, "MQTT");
        out_ += {0x04, 0x02, 0, 0};  // Version 3.1.1, a clean session, no keep-alive.
        append_text(out_, topic_);   // The client's id.
        flush();
    }

    std::size_t on_bytes(std::string_view bytes) final
    {
        std::size_t begin = 0;
        reading_ = true;
        // No packet here is longer than what one byte of length can say.
        while (is_open() && bytes.size() - begin >= 2) {
            const auto size = static_cast<unsigned char>(bytes[begin + 1]);
            if (bytes.size() - begin < 2U + size) break;
            on_packet(bytes[begin] & 0xf0, bytes.substr(begin + 2, size));
            begin += 2U + size;
        }
        reading_ = false;
        if (is_open()) flush();
        return begin;
    }

    void on_packet(int type, std::string_view body)
    {
        if (type == connack) {
            out_ += static_cast<char>(0x82);
            out_ += byte_of(2 + 2 + topic_.size() + 1);
            append_number(out_, next_id());
            append_text(out_, topic_);
            out_ += 1;  // The quality of service.
        } else if (type == suback) {
            on_subscribed();
        } else if (type == publish) {
            const auto id = 2 + number_at(body, 0);
            out_ += {puback, 2, body[id], body[id + 1]};
            on_message(body.substr(id + 2));
        }
    }

    void flush()
    {
        if (!out_.empty()) send(out_);
        out_.clear();
    }

    std::uint16_t next_id()
    {
        if (++id_ == 0) ++id_;
        return id_;
    }

    std::string topic_;
    std::string out_;
    std::uint16_t id_ = 0;
    bool reading_ = false;
};

class MqttMember final : public Requester, private Subscriber {
public:
    MqttMember(
        EventLoop& loop, const SocketAddress& broker, PeerEvents& events, std::size_t number,
        std::size_t boards)
        : Subscriber{loop, fmt::format("m/{}", number)},
          broker_{broker},
          events_{events},
          number_{number},
          own_topic_{fmt::format("m/{}", number)},
          board_topic_{fmt::format("b/{}", number % boards)}
    {
    }

    void set_up(std::size_t source) override
    {
        due_ = Clock::now();
        connect(broker_, source);
    }
    void begin(Time due) override
    {
        due_ = due;
        pending_ = true;
        publish_to(board_topic_, own_topic_);
    }
    bool is_free() const override { return is_open() && !pending_; }
    std::optional<Time> pending_since() const override
    {
        return pending_ ? std::optional{due_} : std::nullopt;
    }

private:
    void on_subscribed() override
    {
        events_.on_set_up(Clock::now() - due_);
        events_.on_free(*this);
    }
    void on_message(std::string_view) override
    {
        pending_ = false;
        events_.on_answer(number_, due_, 0);
        events_.on_free(*this);
    }
    void on_lost(std::string_view why) override
    {
        pending_ = false;
        events_.on_gone(fmt::format("member {}: {}", number_, why));
    }

    const SocketAddress& broker_;
    PeerEvents& events_;
    std::size_t number_;
    std::string own_topic_;
    std::string board_topic_;
    Time due_{};
    bool pending_ = false;
};

class MqttBoard final : public Peer, private Subscriber {
public:
    MqttBoard(EventLoop& loop, const SocketAddress& broker, PeerEvents& events, std::size_t number)
        : Subscriber{loop, fmt::format("b/{}", number)}, broker_{broker}, events_{events}
    {
    }

    void set_up(std::size_t source) override { connect(broker_, source); }

private:
    void on_subscribed() override { events_.on_set_up({}); }
    void on_message(std::string_view member) override { publish_to(member, "OK"); }
    void on_lost(std::string_view why) override
    {
        events_.on_gone(fmt::format("a board: {}", why));
    }

    const SocketAddress& broker_;
    PeerEvents& events_;
};

int run(const clients::ServerAddress& server, Subject subject, const LoadPlan& plan)
{
    const auto broker = find_listener(server);
    if (!broker) throw std::runtime_error{broker.error()};
    EventLoop loop;
    const StopSignals signals{loop};
    Load load{loop, plan, signals.count(), {}};
    for (std::size_t number = 0; number < subject.boards; ++number) {
        load.add(std::make_unique<MqttBoard>(loop, *broker, load, number));
    }
    for (std::size_t number = 0; number < subject.members; ++number) {
        load.add_requester(
            std::make_unique<MqttMember>(loop, *broker, load, number, subject.boards));
    }
    const auto outcome = load.run();
    if (!outcome) throw std::runtime_error{outcome.error()};
    std::cout << format_json(subject, *outcome);
    return outcome->gone == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace

int main(int argc, char** argv)
{
    clients::ServerAddress server{"127.0.0.1", 1883};
    Subject subject{.workload = "drops", .members = 64, .boards = 16, .rate = {}};
    LoadPlan plan;
    double warm_up = 1;
    double duration = 10;
    std::optional<int> core;
    CLI::App app{"Measures drops that go through an MQTT broker, like drink-bench --json."};
    app.add_option("--port", server.port)->capture_default_str();
    app.add_option("--pid", plan.pid);
    app.add_option("--members", subject.members)->capture_default_str();
    app.add_option("--boards", subject.boards)->capture_default_str();
    app.add_option("--warm-up", warm_up)->capture_default_str();
    app.add_option("--duration", duration)->capture_default_str();
    app.add_option("--pin", core);
    CLI11_PARSE(app, argc, argv);
    using Seconds = std::chrono::duration<double>;
    plan.warm_up = std::chrono::duration_cast<Clock::duration>(Seconds{warm_up});
    plan.duration = std::chrono::duration_cast<Clock::duration>(Seconds{duration});
    try {
        if (core) {
            if (const auto pinned = pin_to(*core); !pinned) {
                throw std::runtime_error{pinned.error()};
            }
        }
        return run(server, subject, plan);
    } catch (const std::exception& error) {
        std::cerr << "mqtt_load: " << error.what() << '\n';
        return EXIT_FAILURE;
    }
}
