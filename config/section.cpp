#include "config/section.hpp"

#include "protocol/words.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

namespace config {
namespace {

using protocol::lower_case;

/// How many characters must be put in, left out or changed to make one word of the other.
std::size_t edit_distance(std::string_view from, std::string_view to)
{
    // The distances from what has been seen of `from` to each beginning of `to`.
    std::vector<std::size_t> row(to.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (const char c : from) {
        std::size_t diagonal = row[0]++;
        for (std::size_t column = 1; column < row.size(); ++column) {
            const std::size_t changed = diagonal + (c == to[column - 1] ? 0 : 1);
            diagonal = row[column];
            row[column] = std::min({changed, row[column] + 1, row[column - 1] + 1});
        }
    }
    return row.back();
}

/// A value for a message.
std::string show(const JsonValue& value)
{
    struct Words {
        std::string operator()(std::nullptr_t) const { return "null"; }
        std::string operator()(bool value) const { return value ? "true" : "false"; }
        std::string operator()(double value) const
        {
            constexpr double exact_max = 9007199254740992;  // 2^53
            const bool whole = std::floor(value) == value && std::abs(value) <= exact_max;
            return whole ? std::to_string(static_cast<std::int64_t>(value))
                         : nlohmann::json(value).dump();
        }
        std::string operator()(const std::string& value) const { return in_quotes(value); }
        std::string operator()(const JsonValue::Array&) const { return "a list"; }
        std::string operator()(const JsonValue::Object&) const { return "an object"; }
    };
    return std::visit(Words{}, value.content);
}

/// `.key`, or `["odd key"]` for a key that does not read well behind a dot.
std::string path_step(std::string_view key)
{
    const auto plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-' || c == '$';
    };
    std::string step;
    if (!key.empty() && std::ranges::all_of(key, plain)) return step.append(".").append(key);
    return step.append("[").append(in_quotes(key)).append("]");
}

}  // namespace

void MistakeList::add(const Place& place, std::string text)
{
    mistakes_.emplace(place.order, Mistake{place.path, std::move(text)});
}

std::vector<Mistake> MistakeList::in_file_order() &&
{
    std::vector<Mistake> sorted;
    sorted.reserve(mistakes_.size());
    for (auto& [order, mistake] : mistakes_) sorted.push_back(std::move(mistake));
    return sorted;
}

void Section::read_file(const JsonValue& root, MistakeList& mistakes, const Read& read)
{
    read_object(root, {"$", root.order}, mistakes, read);
}

void Section::read_object(
    const JsonValue& value, const Place& place, MistakeList& mistakes, const Read& read)
{
    const auto* object = std::get_if<JsonValue::Object>(&value.content);
    if (!object) return mistakes.add(place, "must be an object, not " + show(value));
    Section section{*object, place, mistakes};
    read(section);
    section.refuse_unknown_keys();
}

void Section::read_section(std::string_view key, const Read& read, Presence presence)
{
    const JsonValue nothing{JsonValue::Object{}, place_.order};
    const auto* value = find(key);
    if (!value && presence == Presence::optional) return;
    read_object(value ? *value : nothing, place(key), mistakes_, read);
}

void Section::read_sections(std::string_view key, const Read& read, Presence presence)
{
    bool good = true;
    for (const auto& [value, place] : elements(key, presence, good)) {
        read_object(*value, place, mistakes_, read);
    }
}

bool Section::has_object(std::string_view key)
{
    const auto* value = find(key);
    return value && std::holds_alternative<JsonValue::Object>(value->content);
}

bool Section::has_empty_list(std::string_view key)
{
    const auto* value = find(key);
    const auto* list = value ? std::get_if<JsonValue::Array>(&value->content) : nullptr;
    return list && list->empty();
}

Place Section::place(std::string_view key) const
{
    const auto member = std::ranges::find(object_, key, &JsonMember::key);
    return {
        place_.path + path_step(key), member == object_.end() ? place_.order : member->value.order};
}

const JsonValue* Section::find(std::string_view key)
{
    if (std::ranges::find(known_keys_, key) == known_keys_.end()) known_keys_.push_back(key);
    const auto member = std::ranges::find(object_, key, &JsonMember::key);
    return member == object_.end() ? nullptr : &member->value;
}

bool Section::may_be_missing(std::string_view key, std::string_view valid, Presence presence)
{
    if (presence == Presence::optional) return true;
    std::string text = "is missing; it must be ";
    refuse(key, text.append(valid));
    return false;
}

std::vector<Section::Element> Section::elements(std::string_view key, Presence presence, bool& good)
{
    const auto* value = find(key);
    if (!value) {
        good = may_be_missing(key, "a list", presence);
        return {};
    }
    const auto list_place = place(key);
    const auto* list = std::get_if<JsonValue::Array>(&value->content);
    if (!list) {
        refuse_value(list_place, *value, "a list", false);
        good = false;
        return {};
    }
    std::vector<Element> result;
    for (std::size_t index = 0; const auto& element : *list) {
        std::string path = list_place.path + "[" + std::to_string(index++) + "]";
        result.emplace_back(&element, Place{std::move(path), element.order});
    }
    return result;
}

void Section::refuse_value(
    const Place& place, const JsonValue& value, std::string_view valid, bool secret)
{
    std::string text = "must be ";
    text.append(valid);
    if (!secret) text.append(", not ").append(show(value));
    refuse(place, std::move(text));
}

void Section::refuse_unknown_keys()
{
    std::set<std::string_view> seen;
    for (const auto& [key, value] : object_) {
        const Place place{place_.path + path_step(key), value.order};
        if (!seen.insert(key).second) {
            refuse(place, "is given twice in this object; keep one");
        } else if (std::ranges::find(known_keys_, key) == known_keys_.end()) {
            refuse(place, "unknown key; " + suggest(key, known_keys_));
        }
    }
}

std::string suggest(std::string_view word, const std::vector<std::string_view>& names)
{
    std::string_view nearest;
    std::size_t nearest_distance = word.size();  // Nothing of the word would be left.
    for (const auto name : names) {
        const auto distance = edit_distance(lower_case(word), lower_case(name));
        if (distance > 1 + name.size() / 4 || distance >= nearest_distance) continue;
        nearest = name;
        nearest_distance = distance;
    }
    if (!nearest.empty()) return "did you mean " + in_quotes(nearest) + "?";

    std::string all;
    for (const auto name : names) all.append(all.empty() ? "" : ", ").append(name);
    return "valid here: " + all;
}

std::string in_quotes(std::string_view text)
{
    constexpr std::size_t size_max = 80;
    const bool cut = text.size() > size_max;
    using nlohmann::json;
    // JSON escapes the controls of ASCII but for DEL, and those of Unicode only where it is ASCII.
    const bool ascii = !has_no_controls(text);
    // A character that is cut in half is left out.
    return json(text.substr(0, size_max)).dump(-1, ' ', ascii, json::error_handler_t::ignore) +
           (cut ? "..." : "");
}

}  // namespace config
