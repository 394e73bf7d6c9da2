#pragma once

#include "process/cold_house.hpp"
#include "support/catch.hpp"

namespace support {

/// A house with or without a running daemon: a test that has one is run for either, since the tools
/// do the same work both ways.
class EitherWay : public Daemon {
public:
    explicit EitherWay(std::vector<Account> accounts = {})
        : Daemon{small_house(), std::move(accounts)}, runs_{GENERATE(true, false)}
    {
        if (!runs_) stop();
    }

    bool runs() const { return runs_; }

private:
    bool runs_;
};

}  // namespace support
