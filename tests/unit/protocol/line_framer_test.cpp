#include "protocol/line_framer.hpp"

#include "random_text.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <cstddef>
#include <malloc.h>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using protocol::LineFramer;
using Lines = std::vector<std::string>;

namespace {

// What the program has allocated and not freed: the bound on a hostile peer's memory is promised,
// so it is measured. A sanitizer's own allocator shows 0, and then only the other builds measure.
std::size_t allocated_bytes()
{
    const auto info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

constexpr std::size_t bound = 8;

Lines take_lines(LineFramer& framer)
{
    Lines lines;
    while (const auto line = framer.next_line()) lines.emplace_back(*line);
    return lines;
}

// Feeds each segment and takes what is whole before the next one comes.
Lines lines_of(LineFramer& framer, const std::vector<std::string_view>& segments)
{
    Lines lines;
    for (const auto segment : segments) {
        framer.feed(segment);
        for (auto& line : take_lines(framer)) lines.push_back(std::move(line));
    }
    return lines;
}

}  // namespace

TEST_CASE("line framer: a line ends with LF and one CR before it is taken off")
{
    LineFramer framer{bound};
    REQUIRE(lines_of(framer, {"USER a\nPASS b\r\n"}) == Lines{"USER a", "PASS b"});
}

TEST_CASE("line framer: a CR anywhere else belongs to the line")
{
    LineFramer framer{bound};
    REQUIRE(lines_of(framer, {"\ra\rb\r\r\n"}) == Lines{"\ra\rb\r"});
}

TEST_CASE("line framer: an empty line is a line")
{
    LineFramer framer{bound};
    REQUIRE(lines_of(framer, {"\n\r\n\n"}) == Lines{"", "", ""});
}

TEST_CASE("line framer: every byte but LF can be part of a line")
{
    std::string text;
    for (int value = 0; value < 256; ++value) {
        if (value != '\n') text += static_cast<char>(value);
    }
    LineFramer framer{text.size()};
    REQUIRE(lines_of(framer, {text, "\n"}) == Lines{text});
}

TEST_CASE("line framer: lines of one segment come in order")
{
    LineFramer framer{bound};
    framer.feed("1\n2\n3\n4");
    REQUIRE(framer.next_line() == "1");
    REQUIRE(framer.next_line() == "2");
    REQUIRE(framer.next_line() == "3");
    REQUIRE_FALSE(framer.next_line().has_value());
}

TEST_CASE("line framer: a line comes as soon as its LF is there")
{
    LineFramer framer{bound};
    framer.feed("STAT\r");
    REQUIRE_FALSE(framer.next_line().has_value());
    framer.feed("\n");
    REQUIRE(framer.next_line() == "STAT");
}

TEST_CASE("line framer: three segments cut anywhere give the same lines")
{
    const std::string_view text = "4\r\n71 1`2 0\n\n9\r\r\n0 pw\r\n\n8 38.75\n";
    const Lines lines{"4", "71 1`2 0", "", "9\r", "0 pw", "", "8 38.75"};
    for (std::size_t first = 0; first <= text.size(); ++first) {
        for (std::size_t second = first; second <= text.size(); ++second) {
            CAPTURE(first, second);
            LineFramer framer{bound};
            REQUIRE(
                lines_of(
                    framer, {text.substr(0, first), text.substr(first, second - first),
                             text.substr(second)}) == lines);
        }
    }
}

TEST_CASE("line framer: single bytes give the same lines")
{
    LineFramer framer{bound};
    REQUIRE(
        lines_of(framer, {"a", "\r", "\n", "\n", "b", "\r", "c", "\n"}) == Lines{"a", "", "b\rc"});
}

TEST_CASE("line framer: lines may wait while more is fed")
{
    LineFramer framer{bound};
    framer.feed("1\n2\n3");
    REQUIRE(framer.next_line() == "1");
    framer.feed("3\n4\n");
    REQUIRE(take_lines(framer) == Lines{"2", "33", "4"});
}

TEST_CASE("line framer: a line of exactly the bound passes with either line end")
{
    LineFramer framer{bound};
    REQUIRE(lines_of(framer, {"12345678\n12345678\r\n"}) == Lines{"12345678", "12345678"});
    REQUIRE_FALSE(framer.overflowed());
}

TEST_CASE("line framer: the bound counts neither CR nor LF that come in segments of their own")
{
    LineFramer framer{bound};
    REQUIRE(lines_of(framer, {"12345678", "\r", "\n"}) == Lines{"12345678"});
    REQUIRE(lines_of(framer, {"12345678", "\n"}) == Lines{"12345678"});
    REQUIRE_FALSE(framer.overflowed());
}

TEST_CASE("line framer: a line one byte over the bound is too long with either line end")
{
    for (const std::string_view text : {"123456789\n", "123456789\r\n", "12345678\r\r\n"}) {
        CAPTURE(text);
        LineFramer framer{bound};
        REQUIRE(lines_of(framer, {text}).empty());
        REQUIRE(framer.overflowed());
    }
}

TEST_CASE("line framer: a too long line is refused before its end")
{
    LineFramer framer{bound};
    REQUIRE(lines_of(framer, {"12345678", "9"}).empty());
    REQUIRE(framer.overflowed());
}

TEST_CASE("line framer: a CR behind a line of the bound must be followed by LF")
{
    LineFramer framer{bound};
    REQUIRE(lines_of(framer, {"12345678\r"}).empty());
    REQUIRE_FALSE(framer.overflowed());
    REQUIRE(lines_of(framer, {"\r"}).empty());
    REQUIRE(framer.overflowed());
}

TEST_CASE("line framer: the bound is of each line and not of a segment")
{
    LineFramer framer{bound};
    REQUIRE(
        lines_of(framer, {"12345678\n12345678\n1234", "5678\n12345678\n"}) ==
        Lines{"12345678", "12345678", "12345678", "12345678"});
}

TEST_CASE("line framer: lines in front of a too long one still come")
{
    LineFramer framer{bound};
    REQUIRE(lines_of(framer, {"STAT\nTEMP\n123456789"}) == Lines{"STAT", "TEMP"});
    REQUIRE(framer.overflowed());
}

TEST_CASE("line framer: nothing comes after a too long line")
{
    LineFramer framer{bound};
    REQUIRE(lines_of(framer, {"123456789\nSTAT\n", "\nTEMP\nQUIT"}).empty());
    REQUIRE(framer.overflowed());
    REQUIRE(framer.unfinished().empty());
    REQUIRE(framer.take_unfinished().empty());
}

TEST_CASE("line framer: 10 MB without a line end take no more memory than one segment")
{
    const std::string segment(1024, 'x');
    const auto before = allocated_bytes();
    LineFramer framer{4096};
    std::size_t held_max = 0;
    bool any_line = false;
    for (int count = 0; count < 10 * 1024; ++count) {
        framer.feed(segment);
        any_line = any_line || framer.next_line().has_value();
        held_max = std::max(held_max, allocated_bytes() - before);
    }
    REQUIRE_FALSE(any_line);
    REQUIRE(framer.overflowed());
    REQUIRE(held_max < 16 * 1024);
}

TEST_CASE("line framer: a too long line frees its memory at once")
{
    for (const std::string_view end : {"", "\n"}) {
        std::string text(10 * 1024 * 1024, 'x');
        text += end;
        const auto before = allocated_bytes();
        LineFramer framer{4096};
        framer.feed(text);
        const bool any_line = framer.next_line().has_value();
        const auto held = allocated_bytes() - before;
        CAPTURE(end);
        REQUIRE_FALSE(any_line);
        REQUIRE(framer.overflowed());
        REQUIRE(held < 1024);
    }
}

TEST_CASE("line framer: a peer that sends short lines does not keep the memory of a long one")
{
    std::string text(4096, 'x');
    text += '\n';
    const auto before = allocated_bytes();
    LineFramer framer{4096};
    framer.feed(text);
    while (framer.next_line()) {
    }
    framer.feed("9\n");
    while (framer.next_line()) {
    }
    const auto held = allocated_bytes() - before;
    REQUIRE(held < 1024);
}

TEST_CASE("line framer: a line of many single bytes is not looked at anew for each")
{
    // Looking at the whole line for every byte would be eight million million steps, more than
    // a test's time limit allows.
    constexpr std::size_t size = 4 * 1024 * 1024;
    LineFramer framer{size};
    std::size_t lines = 0;
    for (std::size_t count = 0; count < size; ++count) {
        framer.feed("x");
        if (framer.next_line()) ++lines;
    }
    REQUIRE(lines == 0);
    framer.feed("\n");
    const auto line = framer.next_line();
    REQUIRE(line.has_value());
    REQUIRE(line->size() == size);
}

TEST_CASE("line framer: taking one of many lines does not move the others")
{
    // As above: moving the rest for each line would be eight million million steps.
    constexpr std::size_t count = 4 * 1024 * 1024;
    LineFramer framer{bound};
    framer.feed(std::string(count, '\n'));
    std::size_t lines = 0;
    while (framer.next_line()) ++lines;
    REQUIRE(lines == count);
}

TEST_CASE("line framer: the unfinished line is what has come of it")
{
    LineFramer framer{bound};
    REQUIRE(framer.unfinished().empty());
    REQUIRE(lines_of(framer, {"TEMP\nST"}) == Lines{"TEMP"});
    REQUIRE(framer.unfinished() == "ST");
    REQUIRE(lines_of(framer, {"AT"}).empty());
    REQUIRE(framer.unfinished() == "STAT");
    REQUIRE(lines_of(framer, {"\n"}) == Lines{"STAT"});
    REQUIRE(framer.unfinished().empty());
}

TEST_CASE("line framer: nothing is unfinished while whole lines wait")
{
    LineFramer framer{bound};
    framer.feed("TEMP\nSTAT");
    REQUIRE(framer.unfinished().empty());
    REQUIRE(framer.next_line() == "TEMP");
    REQUIRE(framer.unfinished() == "STAT");
}

TEST_CASE("line framer: a taken unfinished line has ended")
{
    LineFramer framer{bound};
    REQUIRE(lines_of(framer, {"stat"}).empty());
    REQUIRE(framer.take_unfinished() == "stat");
    REQUIRE(framer.unfinished().empty());
    REQUIRE(framer.take_unfinished().empty());
    REQUIRE(lines_of(framer, {"12345678\n"}) == Lines{"12345678"});
}

TEST_CASE("line framer: a CR at the end of a taken unfinished line is taken off")
{
    LineFramer framer{bound};
    REQUIRE(lines_of(framer, {"stat\r"}).empty());
    REQUIRE(framer.take_unfinished() == "stat");
}

TEST_CASE("line framer: taking the unfinished line loses no whole line that waits")
{
    LineFramer framer{bound};
    framer.feed("TEMP\nSTAT\nQU");
    REQUIRE(framer.take_unfinished().empty());
    REQUIRE(take_lines(framer) == Lines{"TEMP", "STAT"});
    REQUIRE(framer.take_unfinished() == "QU");
}

TEST_CASE("line framer: random bytes in random segments give the lines of the whole text")
{
    for (unsigned seed = 1; seed <= 2000; ++seed) {
        INFO("seed " << seed);
        std::mt19937 random{seed};
        const auto text = random_text(random, "abc\r\n", 100);
        LineFramer whole{bound};
        const auto lines = lines_of(whole, {text});

        LineFramer cut{bound};
        std::vector<std::string_view> segments;
        for (std::string_view rest = text; !rest.empty();) {
            segments.push_back(rest.substr(0, 1 + random() % 10));
            rest.remove_prefix(segments.back().size());
        }
        REQUIRE(lines_of(cut, segments) == lines);
        REQUIRE(cut.overflowed() == whole.overflowed());
        REQUIRE(cut.unfinished() == whole.unfinished());
    }
}
