#include <chrono>

inline auto opened_at() { return std::chrono::steady_clock::now(); }
