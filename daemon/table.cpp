#include "daemon/table.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace drinkd {

std::string Table::text() const
{
    std::vector<std::size_t> widths;
    for (std::size_t column = 0; column < columns_.size(); ++column) {
        auto width = columns_[column].heading.size();
        for (const auto& row : rows_) width = std::max(width, row[column].size());
        widths.push_back(width);
    }
    std::string out;
    const auto add_line = [&](const auto& cell_of) {
        std::string line;
        for (std::size_t column = 0; column < columns_.size(); ++column) {
            if (column > 0) line += "  ";
            line += columns_[column].right ? fmt::format("{:>{}}", cell_of(column), widths[column])
                                           : fmt::format("{:<{}}", cell_of(column), widths[column]);
        }
        line.erase(line.find_last_not_of(' ') + 1);
        out += line + '\n';
    };
    add_line([&](std::size_t column) { return columns_[column].heading; });
    for (const auto& row : rows_) add_line([&](std::size_t column) { return row[column]; });
    return out;
}

}  // namespace drinkd
