#include "target.hpp"

#include <cstdio>
#include <cstdlib>
#include <functional>

namespace fuzz {

void must(bool holds, std::string_view property, std::source_location place)
{
    if (holds) return;
    std::fprintf(
        stderr, "%s:%u: does not hold: %.*s\n", place.file_name(), place.line(),
        static_cast<int>(property.size()), property.data());
    std::abort();
}

bool lies_in(std::string_view part, std::string_view whole)
{
    constexpr std::less_equal<> not_behind;
    return part.empty() || (not_behind(whole.data(), part.data()) &&
                            not_behind(part.data() + part.size(), whole.data() + whole.size()));
}

std::string_view without_end(std::string_view text, std::string_view end)
{
    must(text.ends_with(end), "a line that was written has its end");
    text.remove_suffix(end.size());
    must(!text.contains('\n'), "what was written is one line");
    return text;
}

}  // namespace fuzz
