#include "config/json_document.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace config {
namespace {

using nlohmann::json;

/// The place of the byte at `offset` as an editor shows it; a column is a character.
std::string line_and_column(std::string_view text, std::size_t offset)
{
    const auto before = text.substr(0, offset);
    const auto line = std::ranges::count(before, '\n') + 1;
    const auto line_start = before.rfind('\n') + 1;  // npos + 1 is 0, the start of the first line.
    const auto continues_character = [](char c) { return (c & 0xc0) == 0x80; };
    const auto column =
        1 + std::ranges::count_if(before.substr(line_start), std::not_fn(continues_character));
    return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

/// The reason in an exception of nlohmann's: `[json.exception...] parse error at line 1, column 2:
/// reason; last read: 'text'`.
std::string reason_of(const json::exception& error)
{
    std::string reason = error.what();
    reason.erase(0, reason.find("] ") + 2);
    if (reason.starts_with("parse error at")) reason.erase(0, reason.find(": ") + 2);
    reason.erase(std::min(reason.find("; last read"), reason.size()));
    return reason;
}

/// Takes what nlohmann's parser reports and makes the tree of it.
class TreeBuilder : public json::json_sax_t {
public:
    explicit TreeBuilder(std::string_view text) : text_{text} {}

    bool null() override { return add(nullptr); }
    bool boolean(bool value) override { return add(value); }
    bool number_integer(json::number_integer_t value) override
    {
        return add(static_cast<double>(value));
    }
    bool number_unsigned(json::number_unsigned_t value) override
    {
        return add(static_cast<double>(value));
    }
    bool number_float(json::number_float_t value, const std::string&) override
    {
        return add(value);
    }
    bool string(std::string& value) override { return add(std::move(value)); }
    bool binary(json::binary_t&) override { return false; }  // Not in JSON texts.
    bool start_object(std::size_t) override { return open(JsonValue::Object{}); }
    bool start_array(std::size_t) override { return open(JsonValue::Array{}); }
    bool end_object() override { return close(); }
    bool end_array() override { return close(); }

    bool key(std::string& key) override
    {
        std::get<JsonValue::Object>(open_.back()->content).emplace_back().key = std::move(key);
        return true;
    }

    bool parse_error(
        std::size_t position, const std::string&, const json::exception& error) override
    {
        // The position counts the bytes read, the unexpected one included.
        const auto offset = std::min(std::max<std::size_t>(position, 1) - 1, text_.size());
        error_ = line_and_column(text_, offset) + ": " + reason_of(error);
        if (text_.substr(offset, 1) == "/" || text_.substr(offset, 1) == "#") {
            error_ += " (JSON has no comments)";
        }
        return false;
    }

    std::expected<JsonValue, std::string> take(bool complete)
    {
        if (!complete) return std::unexpected{std::move(error_)};
        return std::move(root_);
    }

private:
    template <typename Content>
    JsonValue* place(Content content)
    {
        JsonValue* value = &root_;
        if (!open_.empty()) {
            auto& parent = open_.back()->content;
            if (auto* array = std::get_if<JsonValue::Array>(&parent)) {
                value = &array->emplace_back();
            } else {
                value = &std::get<JsonValue::Object>(parent).back().value;
            }
        }
        value->content = std::move(content);
        value->order = next_order_++;
        return value;
    }

    template <typename Content>
    bool add(Content content)
    {
        place(std::move(content));
        return true;
    }

    template <typename Content>
    bool open(Content content)
    {
        // Keeps the recursive destructor of the tree off the end of the stack.
        constexpr std::size_t depth_max = 64;
        if (open_.size() == depth_max) {
            error_ = "nested deeper than " + std::to_string(depth_max) + " levels";
            return false;
        }
        // The pointer stays good: a parent grows only after its last child is closed.
        open_.push_back(place(std::move(content)));
        return true;
    }

    bool close()
    {
        open_.pop_back();
        return true;
    }

    std::string_view text_;
    JsonValue root_;
    std::vector<JsonValue*> open_;  // The arrays and objects around the next value.
    std::size_t next_order_ = 0;
    std::string error_;
};

}  // namespace

std::expected<JsonValue, std::string> parse_json(std::string_view text)
{
    TreeBuilder builder{text};
    const bool complete = json::sax_parse(text.begin(), text.end(), &builder);
    return builder.take(complete);
}

}  // namespace config
