#include "clients/drink/failure.hpp"

#include "support/catch.hpp"

using drink::ExitCode;
using drink::refusal;

TEST_CASE("failure: a refusal is told in plain words, with the server's code and text behind")
{
    CHECK(refusal(203, "User is poor.").text == "the balance is too low (203 User is poor.)");
    CHECK(refusal(203, "User is poor.").code == 203);
}

TEST_CASE("failure: a refusal by the rules of the house exits with 1")
{
    const int code = GENERATE(100, 102, 105, 151, 152, 203, 350, 409, 414);
    CHECK(refusal(code, "text").exit_code == ExitCode::refused);
}

TEST_CASE("failure: a failed login exits with 4, in either dialect")
{
    const int code = GENERATE(201, 202, 204, 407);
    CHECK(refusal(code, "text").exit_code == ExitCode::not_logged_in);
}

TEST_CASE("failure: a drop in doubt exits with 5 and tells its id")
{
    const auto failure = refusal(103, "Unknown Failure. Drop 1893482342342.");
    CHECK(failure.exit_code == ExitCode::outcome_unknown);
    CHECK(failure.drop == 1'893'482'342'342);
    CHECK(failure.text.find("drop 1893482342342") != std::string::npos);
}

TEST_CASE("failure: a drop in doubt without an id is told all the same")
{
    const auto failure = refusal(103, "Unknown Failure.");
    CHECK(failure.exit_code == ExitCode::outcome_unknown);
    CHECK_FALSE(failure.drop);
}

TEST_CASE("failure: a code that nobody knows is told in the server's words")
{
    CHECK(refusal(999, "Moon phase.").text == "the server refused: Moon phase. (999)");
}

TEST_CASE("failure: the server's words can not drive the terminal")
{
    CHECK(refusal(203, "\033[2J").text == "the balance is too low (203 ?[2J)");
}
