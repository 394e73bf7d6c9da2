#pragma once

#include "daemon/world.hpp"
#include "protocol/line_framer.hpp"

namespace drinkd {

/// Feeds a framer what has come on a connection, as far as one turn goes; waits for nothing. The
/// error tells that the connection is at its end or broken.
error_code receive(Socket& socket, protocol::LineFramer& framer);

}  // namespace drinkd
