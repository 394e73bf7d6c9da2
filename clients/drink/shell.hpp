#pragma once

#include "clients/drink/failure.hpp"

#include <expected>

namespace drink {

/// Raw Sunday over a connected, non-blocking socket: lines of standard input go to the server,
/// its lines to standard output as they come. On a terminal with a line editor and its history.
/// Ends with the input or the connection; only a connection that the user did not end is a failure.
std::expected<void, Failure> run_shell(int socket);

}  // namespace drink
