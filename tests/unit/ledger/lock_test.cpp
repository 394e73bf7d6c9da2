#include "ledger/lock.hpp"

#include "ledger/unusable.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"

#include <filesystem>

using ledger::Lock;

TEST_CASE("lock: only one at a time has it")
{
    const TempDir dir;
    const auto lock = Lock::try_take(dir / "ledger.db");
    REQUIRE(lock.has_value());
    REQUIRE_FALSE(Lock::try_take(dir / "ledger.db").has_value());
}

TEST_CASE("lock: it can be taken again when it was let go")
{
    const TempDir dir;
    Lock::try_take(dir / "ledger.db").reset();
    REQUIRE(Lock::try_take(dir / "ledger.db").has_value());
}

TEST_CASE("lock: two names of one ledger have one lock")
{
    const TempDir dir;
    std::filesystem::create_directory_symlink(dir.path(), dir / "here");
    const auto lock = Lock::try_take(dir / "ledger.db");
    REQUIRE_FALSE(Lock::try_take(dir / "here" / "ledger.db").has_value());
}

TEST_CASE("lock: two ledgers have two locks")
{
    const TempDir dir;
    const auto lock = Lock::try_take(dir / "a.db");
    REQUIRE(Lock::try_take(dir / "b.db").has_value());
}

TEST_CASE("lock: in a folder that does not exist it can not be taken")
{
    const TempDir dir;
    REQUIRE_THROWS_AS(Lock::try_take(dir / "none" / "ledger.db"), ledger::Unusable);
}
