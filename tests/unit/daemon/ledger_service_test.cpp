#include "daemon/ledger_service.hpp"

#include "daemon/spawn.hpp"
#include "support/catch.hpp"
#include "support/faulty_vfs.hpp"
#include "support/temp_dir.hpp"
#include "support/wait.hpp"

#include <boost/asio/executor_work_guard.hpp>

#include <functional>
#include <optional>
#include <string>

namespace asio = drinkd::asio;
using ledger::Ledger;

namespace {

// A ledger on its thread, and a disk whose faults are made there too, where they are met.
class Service {
public:
    Service() { service_.start(); }

    drinkd::LedgerService& ledger() { return service_; }

    /// Whether `work` took place.
    bool run(std::function<void(Ledger&)> work)
    {
        std::optional<bool> done;
        drinkd::spawn(strand_, keep(std::move(work), done), "a test");
        while (!done) io_.run_one();
        return *done;
    }
    bool open_account()
    {
        return run([name = "member" + std::to_string(++accounts_)](Ledger& ledger) {
            ledger::NewAccount account;
            account.name = name;
            ledger.open_account(account, {.actor = "tester", .reason = "a test"}).value();
        });
    }
    bool only_read()
    {
        return run([](const Ledger& ledger) { ledger.doubts(); });
    }
    void fill_disk()
    {
        run([&](const Ledger&) { disk_.fail_writes(SQLITE_FULL); });
    }
    void make_room()
    {
        run([&](const Ledger&) { disk_.heal(); });
    }

private:
    drinkd::Task<> keep(std::function<void(Ledger&)> work, std::optional<bool>& done)
    {
        const auto result = co_await service_.run([&](Ledger& ledger) {
            work(ledger);
            return true;
        });
        done = result.has_value();
    }

    FaultyVfs disk_;
    TempDir dir_;
    asio::io_context io_;
    asio::executor_work_guard<asio::io_context::executor_type> open_end_{io_.get_executor()};
    drinkd::Strand strand_{asio::make_strand(io_.get_executor())};
    drinkd::LedgerService service_{
        Ledger{dir_ / "ledger.db"}, io_, [](const std::vector<ledger::ChangedSlot>&) {}};
    int accounts_ = 0;
};

}  // namespace

TEST_CASE("ledger service: a disk that is full is not well because something could be read")
{
    Service service;
    REQUIRE(service.open_account());
    CHECK(service.ledger().healthy());
    service.fill_disk();
    CHECK_FALSE(service.open_account());
    CHECK_FALSE(service.ledger().healthy());
    CHECK(service.only_read());
    CHECK_FALSE(service.ledger().healthy());
}

TEST_CASE("ledger service: that a disk has room again is found out though nobody writes")
{
    Service service;
    service.fill_disk();
    CHECK_FALSE(service.open_account());
    service.make_room();
    support::wait_until("the ledger to be well", [&] { return service.ledger().healthy(); });
    CHECK(service.open_account());
}
