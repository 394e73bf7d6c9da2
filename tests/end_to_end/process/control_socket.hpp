#pragma once

#include <nlohmann/json.hpp>

#include <filesystem>
#include <string>
#include <string_view>

namespace support {

/// A peer on the daemon's control socket that may send anything at all.
class ControlSocket {
public:
    /// `ledger_file` is the ledger that the socket is beside.
    explicit ControlSocket(const std::filesystem::path& ledger_file);
    ControlSocket(const ControlSocket&) = delete;
    ControlSocket& operator=(const ControlSocket&) = delete;
    ~ControlSocket();

    /// Sends as much as the daemon takes.
    void send(std::string_view bytes);

    /// All that the daemon says until it hangs up. Throws when it does not.
    std::string rest();

    /// Sends a request and gives its answer.
    static nlohmann::json ask(
        const std::filesystem::path& ledger_file, const nlohmann::json& request);

private:
    int socket_;
};

}  // namespace support
