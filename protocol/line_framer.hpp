#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace protocol {

/// Cuts a stream of bytes into lines, however the network has split or joined them.
///
/// A line ends with LF; one CR before it is taken off. Each byte is looked at once, so a peer that
/// sends one byte at a time costs no more than one that sends a whole line. Between calls at most
/// one unfinished line of `line_bytes_max` bytes is kept, besides what was fed and not yet taken.
class LineFramer {
public:
    /// `line_bytes_max` bounds a line without its LF or CR LF.
    explicit LineFramer(std::size_t line_bytes_max) : line_bytes_max_{line_bytes_max} {}

    /// Adds received bytes. After an overflow they are thrown away.
    void feed(std::string_view bytes);

    /// The next whole line, or nothing when more bytes are needed or the line is too long. The view
    /// holds until the next call of feed() or take_unfinished().
    std::optional<std::string_view> next_line();

    /// Whether a line has grown over the bound. Nothing comes after that.
    bool overflowed() const { return overflowed_; }

    /// The bytes of the line that has not ended yet. Empty while whole lines are still waiting.
    std::string_view unfinished() const;

    /// Ends the unfinished line as if its LF had come, and gives it.
    std::string take_unfinished();

private:
    void drop_taken();

    std::size_t line_bytes_max_;
    std::string buffer_;
    std::size_t line_start_ = 0;  // Where the next line begins in buffer_.
    std::size_t scanned_ = 0;     // No LF lies in [line_start_, scanned_).
    bool overflowed_ = false;
};

}  // namespace protocol
