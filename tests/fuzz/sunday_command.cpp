// A command has the words of its line and nothing else, and how it was written does not matter:
// neither the case of the verb nor the number of blanks.
#include "protocol/sunday_command.hpp"

#include "protocol/words.hpp"
#include "target.hpp"

#include <string>

namespace {

using protocol::parse_sunday_command;
using protocol::SundayCommand;

std::vector<std::string_view> words_of(std::string_view line)
{
    std::vector<std::string_view> words;
    while (!line.empty()) {
        const auto word = line.substr(0, line.find(' '));
        if (!word.empty()) words.push_back(word);
        line.remove_prefix(std::min(word.size() + 1, line.size()));
    }
    return words;
}

std::string written(const std::vector<std::string_view>& words, std::string_view blanks)
{
    std::string line{blanks};
    for (const auto word : words) line.append(word).append(blanks);
    return line;
}

bool same(const std::optional<SundayCommand>& left, const std::optional<SundayCommand>& right)
{
    if (!left || !right) return left.has_value() == right.has_value();
    return left->verb == right->verb && left->arguments == right->arguments &&
           left->argument_count == right->argument_count;
}

void check_words(const SundayCommand& command, std::string_view line)
{
    const auto words = words_of(line);
    fuzz::must(command.argument_count + 1 == words.size(), "every argument is counted");
    for (std::size_t index = 0; index < command.arguments.size(); ++index) {
        const auto argument = command.arguments[index];
        const auto expected = index + 1 < words.size() ? words[index + 1] : std::string_view{};
        fuzz::must(argument == expected, "arguments are the words of the line, in order");
        fuzz::must(fuzz::lies_in(argument, line), "an argument lies in the line");
    }
    fuzz::must(
        !command.argument_count_legal() || command.argument_count <= command.arguments.size(),
        "a legal command has all of its arguments");
}

void check_line(std::string_view line)
{
    const auto command = parse_sunday_command(line);
    if (command) check_words(*command, line);

    auto words = words_of(line);
    const auto plain = written(words, " ");
    const auto wide = written(words, "   ");
    fuzz::must(same(command, parse_sunday_command(plain)), "blanks do not matter");
    fuzz::must(same(command, parse_sunday_command(wide)), "more blanks do not matter");
    if (words.empty()) return;
    const auto verb = protocol::lower_case(words.front());
    words.front() = verb;
    const auto lower = written(words, " ");
    fuzz::must(same(command, parse_sunday_command(lower)), "the case of the verb does not matter");
}

}  // namespace

void fuzz::check_input(std::string_view input) { for_each_line(input, check_line); }
