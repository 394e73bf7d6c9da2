#include "protocol/line_framer.hpp"

namespace protocol {
namespace {

// A session that once sent a long line should not keep its memory while it is idle.
constexpr std::size_t kept_capacity_max = 256;

}  // namespace

void LineFramer::feed(std::string_view bytes)
{
    if (overflowed_) return;
    drop_taken();
    buffer_.append(bytes);
}

std::optional<std::string_view> LineFramer::next_line()
{
    if (overflowed_) return std::nullopt;
    const std::string_view all = buffer_;
    const auto end = all.find('\n', scanned_);
    if (end == std::string_view::npos) {
        scanned_ = all.size();
        // One byte more is allowed for: the CR whose LF has not come yet.
        const std::size_t bytes = scanned_ - line_start_;
        overflowed_ =
            bytes > line_bytes_max_ + 1 || (bytes == line_bytes_max_ + 1 && all.back() != '\r');
        if (overflowed_) std::string{}.swap(buffer_);
        return std::nullopt;
    }
    std::string_view line = all.substr(line_start_, end - line_start_);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.size() > line_bytes_max_) {
        overflowed_ = true;
        std::string{}.swap(buffer_);
        return std::nullopt;
    }
    line_start_ = scanned_ = end + 1;
    return line;
}

std::string_view LineFramer::unfinished() const
{
    if (overflowed_) return {};
    const auto rest = std::string_view{buffer_}.substr(line_start_);
    return rest.contains('\n') ? std::string_view{} : rest;
}

std::string LineFramer::take_unfinished()
{
    std::string line{unfinished()};
    if (line.empty()) return line;
    if (line.ends_with('\r')) line.pop_back();
    line_start_ = scanned_ = buffer_.size();
    drop_taken();
    return line;
}

void LineFramer::drop_taken()
{
    if (line_start_ == 0) return;
    buffer_.erase(0, line_start_);
    scanned_ -= line_start_;
    line_start_ = 0;
    if (buffer_.empty() && buffer_.capacity() > kept_capacity_max) std::string{}.swap(buffer_);
}

}  // namespace protocol
