#include "daemon/world.hpp"

#include <sys/socket.h>
#include <unistd.h>

namespace drinkd {

std::optional<Socket> move_to(const Strand& strand, Socket socket)
{
    error_code error;
    const auto protocol = socket.local_endpoint(error).protocol();
    const auto descriptor = socket.release(error);
    if (error) return std::nullopt;
    Socket moved{strand};
    moved.assign(protocol, descriptor, error);
    if (error) {
        ::close(descriptor);
        return std::nullopt;
    }
    moved.non_blocking(true, error);
    return moved;
}

bool was_reset(Socket& socket)
{
    int pending = 0;
    socklen_t size = sizeof pending;
    ::getsockopt(socket.native_handle(), SOL_SOCKET, SO_ERROR, &pending, &size);
    return pending != 0;
}

}  // namespace drinkd
