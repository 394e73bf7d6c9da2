#include "daemon/table.hpp"

#include "support/catch.hpp"

using drinkd::Table;

TEST_CASE("table: columns are as wide as their widest cell, with two blanks between")
{
    Table table{{{"NAME"}, {"ADMIN"}}};
    table.add({"alice", "no"});
    table.add({"bartholomew", "yes"});
    CHECK(
        table.text() ==
        "NAME         ADMIN\n"
        "alice        no\n"
        "bartholomew  yes\n");
}

TEST_CASE("table: numbers stand to the right")
{
    Table table{{{"NAME"}, {"CREDITS", true}}};
    table.add({"alice", "5"});
    table.add({"bob", "12500000"});
    CHECK(
        table.text() ==
        "NAME    CREDITS\n"
        "alice         5\n"
        "bob    12500000\n");
}

TEST_CASE("table: no line ends with blanks")
{
    Table table{{{"MACHINE"}, {"FROM"}}};
    table.add({"d", ""});
    CHECK(table.text() == "MACHINE  FROM\nd\n");
}

TEST_CASE("table: without rows there is the heading")
{
    CHECK(Table{{{"NAME"}, {"CREDITS", true}}}.text() == "NAME  CREDITS\n");
}
