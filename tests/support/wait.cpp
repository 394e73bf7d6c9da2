#include "support/wait.hpp"

#include <string>
#include <thread>

namespace support {

void wait_until(std::string_view what, const std::function<bool()>& is_so)
{
    const auto give_up = std::chrono::steady_clock::now() + patience;
    while (!is_so()) {
        if (std::chrono::steady_clock::now() > give_up) {
            throw TooLate{"waited in vain for: " + std::string{what}};
        }
        std::this_thread::sleep_for(std::chrono::milliseconds{2});
    }
}

}  // namespace support
