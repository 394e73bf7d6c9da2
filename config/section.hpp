#pragma once

#include "config/json_document.hpp"
#include "config/rules.hpp"
#include "config/settings.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace config {

/// Where a value stands in the file.
struct Place {
    std::string path;
    std::size_t order = 0;
};

/// The mistakes found so far. Nothing stops at a mistake, so that all are told at once.
class MistakeList {
public:
    void add(const Place& place, std::string text);
    bool empty() const { return mistakes_.empty(); }
    std::vector<Mistake> in_file_order() &&;

private:
    std::multimap<std::size_t, Mistake> mistakes_;  // By the order of their places.
};

enum class Presence { optional, required };

/// One object of the settings file, read key by key. A key that nobody asked for by the time the
/// object has been read is a mistake, so each key is named in one place only: where it is read.
/// Keys are string literals, since they are kept.
class Section {
public:
    using Read = std::function<void(Section&)>;

    /// Reads the value of `key` into `target`. Returns whether `target` is good now: it holds the
    /// value, or its default because the key was left out.
    template <typename Target, typename T>
    bool read(
        std::string_view key, Target& target, const Rule<T>& rule,
        Presence presence = Presence::optional)
    {
        const auto* value = find(key);
        if (!value) return may_be_missing(key, rule.valid, presence);
        return convert(*value, place(key), rule, [&](T converted, const Place&) {
            target = std::move(converted);
        });
    }

    /// Reads a list of plain values and hands each good one over with its place. Returns whether
    /// all of the list was good.
    template <typename T, typename Take>
    bool read_list(std::string_view key, const Rule<T>& rule, const Take& take)
    {
        bool good = true;
        for (const auto& [value, place] : elements(key, Presence::optional, good)) {
            good &= convert(*value, place, rule, take);
        }
        return good;
    }

    /// Reads the object at `key`. A required one that is missing is read as an empty one, so that
    /// what is missing is told by its whole path.
    void read_section(
        std::string_view key, const Read& read, Presence presence = Presence::optional);

    /// Reads a list of objects, one after another.
    void read_sections(
        std::string_view key, const Read& read, Presence presence = Presence::optional);

    bool has(std::string_view key) { return find(key) != nullptr; }
    bool has_object(std::string_view key);
    bool has_empty_list(std::string_view key);

    /// The place of the value of `key`, or of the section when it was left out.
    Place place(std::string_view key) const;
    const std::string& path() const { return place_.path; }

    void refuse(std::string_view key, std::string text) { refuse(place(key), std::move(text)); }
    void refuse(const Place& place, std::string text) { mistakes_.add(place, std::move(text)); }

    /// Reads the object that a whole file is.
    static void read_file(const JsonValue& root, MistakeList& mistakes, const Read& read);

private:
    using Element = std::pair<const JsonValue*, Place>;

    Section(const JsonValue::Object& object, Place place, MistakeList& mistakes)
        : object_{object}, place_{std::move(place)}, mistakes_{mistakes}
    {
    }

    static void read_object(
        const JsonValue& value, const Place& place, MistakeList& mistakes, const Read& read);

    const JsonValue* find(std::string_view key);
    bool may_be_missing(std::string_view key, std::string_view valid, Presence presence);
    std::vector<Element> elements(std::string_view key, Presence presence, bool& good);
    void refuse_value(
        const Place& place, const JsonValue& value, std::string_view valid, bool secret);
    void refuse_unknown_keys();

    template <typename T, typename Take>
    bool convert(const JsonValue& value, const Place& place, const Rule<T>& rule, const Take& take)
    {
        auto converted = rule.convert(value);
        if (converted) {
            take(std::move(*converted), place);
        } else {
            refuse_value(place, value, rule.valid, rule.secret);
        }
        return converted.has_value();
    }

    const JsonValue::Object& object_;
    Place place_;
    MistakeList& mistakes_;
    std::vector<std::string_view> known_keys_;
};

/// What to write instead of `word`: the nearest of `names`, or all of them when none is near.
std::string suggest(std::string_view word, const std::vector<std::string_view>& names);

/// A text in double quotes for a message, cut when it is long.
std::string in_quotes(std::string_view text);

}  // namespace config
