#include "target.hpp"

#include <cstdint>

// libFuzzer brings main() and calls this with one input after another.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    fuzz::check_input({reinterpret_cast<const char*>(data), size});
    return 0;
}
