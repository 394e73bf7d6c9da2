#pragma once

namespace drinkd {

/// From now on the process ends at once, with a line that says so, where there is no memory left:
/// nothing goes on half done, the ledger is right whenever it ends, and the service manager starts
/// it again.
void end_when_out_of_memory();
/// For who finds out by an exception, as with what Asio allocates.
[[noreturn]] void out_of_memory();

}  // namespace drinkd
