#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace drink {

/// How the program ended, for scripts.
enum class ExitCode {
    done = 0,
    refused = 1,
    usage = 2,
    no_connection = 3,  ///< Or an answer that is not Sunday.
    not_logged_in = 4,
    outcome_unknown = 5,
    interrupted = 130,  ///< As shells have it: 128 + SIGINT.
};

/// Why something was not done.
struct Failure {
    ExitCode exit_code = ExitCode::refused;
    std::string text{};                  ///< In plain words, one sentence without its full stop.
    int code = 0;                        ///< The server's, where it gave one.
    std::optional<std::int64_t> drop{};  ///< The id of a drop in doubt, where the server told it.
};

/// A refusal of the server in plain words. `text` is what followed the code.
Failure refusal(int code, std::string_view text);

}  // namespace drink
