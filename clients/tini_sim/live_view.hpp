#pragma once

#include "clients/common/terminal.hpp"
#include "clients/tini_sim/board.hpp"

#include <cstdio>
#include <span>
#include <string>
#include <string_view>

namespace tini_sim {

/// What a person sees while the boards run: a line per event with its time and its machine.
class LiveView {
public:
    struct Style {
        bool quiet = false;  ///< Only alarms.
        bool colour = false;
        std::size_t machine_columns = 0;  ///< The longest id of a machine.
    };

    LiveView(std::FILE* out, Style style) : out_{out}, style_{style} {}

    void tell(std::string_view machine, std::string_view note, clients::Colour colour, bool alarm);

private:
    std::FILE* out_;
    Style style_;
};

/// One machine's line in the table that ends a run.
struct MachineTally {
    std::string machine;
    Tally tally;
};

/// The table that ends a run, with a line of sums when there are several machines.
std::string format_summary(std::span<const MachineTally> machines);

}  // namespace tini_sim
