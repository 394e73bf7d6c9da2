#pragma once

#include <stdexcept>

namespace ledger {

/// A ledger that cannot be used: missing, locked, newer, damaged, not a ledger. The text says what
/// is wrong and what to do, without the file's name. Thrown at start-up only.
class Unusable : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

}  // namespace ledger
