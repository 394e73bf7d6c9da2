#pragma once

#include <string>
#include <vector>

namespace drinkd {

/// Columns for people: as wide as their widest cell, numbers to the right, two blanks between.
class Table {
public:
    struct Column {
        std::string heading;
        bool right = false;
    };

    explicit Table(std::vector<Column> columns) : columns_{std::move(columns)} {}

    /// One cell per column.
    void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
    std::string text() const;

private:
    std::vector<Column> columns_;
    std::vector<std::vector<std::string>> rows_;
};

}  // namespace drinkd
