#include "clients/common/terminal.hpp"

#include "support/catch.hpp"

TEST_CASE("terminal: words from the network can not carry control characters")
{
    CHECK(clients::without_controls("a\033[31mb\r\n\x7f") == "a?[31mb???");
    CHECK(
        clients::without_controls("\xc2\x9b"
                                  "1m") == "?1m");
}

TEST_CASE("terminal: other characters stay as they are")
{
    CHECK(clients::without_controls("Café \"Größe\" ~") == "Café \"Größe\" ~");
}

TEST_CASE("terminal: columns count characters, not bytes")
{
    CHECK(clients::columns("Coke") == 4);
    CHECK(clients::columns("Café") == 4);
    CHECK(clients::columns("") == 0);
}
