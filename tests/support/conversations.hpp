#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace support {

/// What one side says, without its line end, or what happens in between.
struct Utterance {
    enum class Who { board, server, event };
    Who who{};
    std::string text;
};

/// A conversation between a board and a server, as a page of docs/ has it.
struct Conversation {
    std::string title;
    std::vector<Utterance> lines;
};

/// The conversations of a page. Each stands under a heading of its own, in the section
/// "Conversations", with lines that begin with `B: `, `S: ` or `-- `.
inline std::vector<Conversation> conversations_of(const std::filesystem::path& page)
{
    std::vector<Conversation> conversations;
    bool in_section = false;
    std::ifstream file{page};
    for (std::string line; std::getline(file, line);) {
        const std::string_view text{line};
        if (text.starts_with("## ")) in_section = text == "## Conversations";
        if (!in_section) continue;
        if (text.starts_with("### ")) {
            conversations.push_back({.title = line.substr(4), .lines = {}});
        }
        using Who = Utterance::Who;
        for (const auto& [mark, who] :
             {std::pair{"    B: ", Who::board}, std::pair{"    S: ", Who::server},
              std::pair{"    -- ", Who::event}}) {
            if (!text.starts_with(mark)) continue;
            conversations.back().lines.push_back({.who = who, .text = line.substr(7)});
        }
    }
    return conversations;
}

}  // namespace support
