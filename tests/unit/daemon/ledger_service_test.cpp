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
#include <vector>

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

// A ledger without its thread, and sessions that each want one operation.
class Queue {
public:
    using Size = drinkd::LedgerService::Size;

    void ask(std::string name, Size size)
    {
        drinkd::spawn(
            asio::make_strand(io_.get_executor()), operate(std::move(name), size), "a test");
        io_.poll();
    }
    // Those whose operations were in the next transaction.
    std::vector<std::string> next_batch()
    {
        done_.clear();
        service_.run_queued();
        io_.restart();
        io_.poll();
        return done_;
    }
    bool empty() const { return !service_.has_queued(); }

private:
    drinkd::Task<> operate(std::string name, Size size)
    {
        co_await service_.run([](const Ledger& ledger) { return ledger.doubts(); }, size);
        done_.push_back(std::move(name));
    }

    TempDir dir_;
    asio::io_context io_;
    std::vector<std::string> done_;
    drinkd::LedgerService service_{
        Ledger{dir_ / "ledger.db"}, io_, [](const std::vector<ledger::ChangedSlot>&) {}};
};

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("ledger service: whoever waits for one large operation does not wait for all of them")
{
    using enum Queue::Size;
    Queue queue;
    queue.ask("alice's history", large);
    queue.ask("bob's history", large);
    queue.ask("carol's history", large);
    queue.ask("dave's drop", usual);
    queue.ask("eve's drop", usual);
    CHECK(queue.next_batch() == Names{"dave's drop", "eve's drop", "alice's history"});
    queue.ask("frank's drop", usual);
    CHECK(queue.next_batch() == Names{"frank's drop", "bob's history"});
    CHECK_FALSE(queue.empty());
    CHECK(queue.next_batch() == Names{"carol's history"});
    CHECK(queue.empty());
}

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
