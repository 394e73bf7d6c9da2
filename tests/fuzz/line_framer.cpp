// The framer gives the same lines however the network has cut the bytes, and they are those that a
// look at the whole text finds. The first byte of an input is the bound, the second says where the
// stream is cut in two, and the rest is the stream.
#include "protocol/line_framer.hpp"

#include "target.hpp"

#include <string>

namespace {

using protocol::LineFramer;

std::size_t number(char byte) { return static_cast<unsigned char>(byte); }

struct Events {
    std::string lines;  // Each with an LF behind it, which is in no line.
    bool overflowed = false;
    std::string unfinished;

    void add_line(std::string_view line) { lines.append(line) += '\n'; }
    bool operator==(const Events&) const = default;
};

Events of_whole_text(std::string_view text, std::size_t bound)
{
    Events events;
    for (auto end = text.find('\n'); end != text.npos; end = text.find('\n')) {
        auto line = text.substr(0, end);
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (line.size() > bound) {
            events.overflowed = true;
            return events;
        }
        events.add_line(line);
        text.remove_prefix(end + 1);
    }
    const auto without_cr = text.substr(0, text.size() - (text.ends_with('\r') ? 1 : 0));
    events.overflowed = without_cr.size() > bound;
    if (!events.overflowed) events.unfinished = text;
    return events;
}

bool take_line(LineFramer& framer, Events& events)
{
    const auto line = framer.next_line();
    if (line) events.add_line(*line);
    return line.has_value();
}

void take_lines(LineFramer& framer, Events& events)
{
    while (take_line(framer, events)) {
    }
}

void take_rest(LineFramer& framer, Events& events)
{
    take_lines(framer, events);
    events.overflowed = framer.overflowed();
    events.unfinished = framer.unfinished();
    auto last = events.unfinished;
    if (last.ends_with('\r')) last.pop_back();
    fuzz::must(framer.take_unfinished() == last, "the unfinished line is taken without its CR");
    fuzz::must(framer.unfinished().empty(), "what was taken is gone");
}

enum class Taking { all_lines, one_line, no_line };

/// `next_size` says how long the next segment is, given where it begins, and `taking` what is taken
/// behind each; the rest comes in the end.
template <typename NextSize>
Events of_segments(
    std::string_view text, std::size_t bound, Taking taking, const NextSize& next_size)
{
    LineFramer framer{bound};
    Events events;
    for (std::size_t begin = 0; begin < text.size();) {
        const auto segment = text.substr(begin, next_size(begin));
        framer.feed(segment);
        if (taking == Taking::all_lines) take_lines(framer, events);
        if (taking == Taking::one_line) take_line(framer, events);
        begin += segment.size();
    }
    take_rest(framer, events);
    return events;
}

/// An old client sends no LF, so its line is taken as it is when nothing more comes for a while.
Events taken_early(std::string_view text, std::size_t bound, std::size_t cut)
{
    LineFramer framer{bound};
    Events events;
    framer.feed(text.substr(0, cut));
    take_lines(framer, events);
    const bool taken = !framer.unfinished().empty();
    const auto line = framer.take_unfinished();
    if (taken) events.add_line(line);
    framer.feed(text.substr(cut));
    take_rest(framer, events);
    return events;
}

Events with_lf_where_taken(std::string_view text, std::size_t bound, std::size_t cut)
{
    std::string ended{text.substr(0, cut)};
    if (!of_whole_text(ended, bound).unfinished.empty()) ended += '\n';
    return of_whole_text(ended.append(text.substr(cut)), bound);
}

}  // namespace

void fuzz::check_input(std::string_view input)
{
    if (input.size() < 2) return;
    constexpr std::size_t text_bytes_max = 512;  // Some lines of any bound; more is only slower.
    const auto text = input.substr(2, text_bytes_max);
    const auto bound = 1 + number(input[0]) % 64;
    const auto cut = number(input[1]) % (text.size() + 1);
    const auto expected = of_whole_text(text, bound);

    const auto whole = [&](std::size_t) { return text.size(); };
    const auto bytes = [](std::size_t) { return std::size_t{1}; };
    const auto by_content = [&](std::size_t begin) { return 1 + number(text[begin]) % 16; };
    for (const auto taking : {Taking::all_lines, Taking::one_line, Taking::no_line}) {
        must(of_segments(text, bound, taking, whole) == expected, "one segment, the same lines");
        must(of_segments(text, bound, taking, bytes) == expected, "single bytes, the same lines");
        must(of_segments(text, bound, taking, by_content) == expected, "segments, the same lines");
    }
    must(
        taken_early(text, bound, cut) == with_lf_where_taken(text, bound, cut),
        "a line that is taken early has ended there");
}
