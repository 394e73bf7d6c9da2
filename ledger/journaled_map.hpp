#pragma once

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace ledger {

/// A map that remembers how it was at the last commit(), so that memory never stays ahead of a
/// transaction that was rolled back. Costs a copy of each entry that is changed.
template <class Key, class Value>
class JournaledMap {
public:
    const Value* find(const Key& key) const
    {
        const auto entry = entries_.find(key);
        return entry == entries_.end() ? nullptr : &entry->second;
    }

    const Value& at(const Key& key) const { return entries_.at(key); }

    /// The entry, to be changed. It must exist.
    Value& edit(const Key& key)
    {
        Value& value = entries_.at(key);
        journal_.emplace_back(key, value);
        return value;
    }

    /// Adds an entry that must not exist.
    void insert(const Key& key, Value value)
    {
        journal_.emplace_back(key, std::nullopt);
        entries_.emplace(key, std::move(value));
    }

    void erase(const Key& key)
    {
        const auto entry = entries_.find(key);
        journal_.emplace_back(key, std::move(entry->second));
        entries_.erase(entry);
    }

    void commit() { journal_.clear(); }

    void rollback()
    {
        for (auto step = journal_.rbegin(); step != journal_.rend(); ++step) {
            auto& [key, before] = *step;
            if (before) {
                entries_.insert_or_assign(key, *std::move(before));
            } else {
                entries_.erase(key);
            }
        }
        journal_.clear();
    }

    /// Calls `visit(key, value)` for each entry that was added or changed since the last commit.
    template <class Visit>
    void for_each_changed(Visit visit) const
    {
        std::vector<Key> keys;
        keys.reserve(journal_.size());
        for (const auto& [key, before] : journal_) keys.push_back(key);
        std::ranges::sort(keys);
        keys.erase(std::ranges::unique(keys).begin(), keys.end());
        for (const auto& key : keys) {
            if (const auto* value = find(key)) visit(key, *value);
        }
    }

    auto begin() const { return entries_.begin(); }
    auto end() const { return entries_.end(); }
    std::size_t size() const { return entries_.size(); }

private:
    std::unordered_map<Key, Value> entries_;
    std::vector<std::pair<Key, std::optional<Value>>> journal_;
};

}  // namespace ledger
