#pragma once

namespace protocol {

/// A visitor made of one function per alternative of a std::variant.
template <class... Cases>
struct Overloaded : Cases... {
    using Cases::operator()...;
};

}  // namespace protocol
