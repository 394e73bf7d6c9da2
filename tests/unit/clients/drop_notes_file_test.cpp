#include "clients/tini_sim/drop_notes_file.hpp"

#include "support/catch.hpp"
#include "support/temp_dir.hpp"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

using protocol::DropId;
using tini_sim::DropNotes;
using tini_sim::DropNotesFile;

namespace {

DropNotes some_notes()
{
    DropNotes notes;
    notes.begin(DropId{7});
    return notes;
}

[[noreturn]] void write_for_ever(const DropNotesFile& file)
{
    try {
        for (;;) {
            file.write(some_notes());
            file.write({});
        }
    } catch (const std::system_error&) {
        ::_exit(1);
    }
}

}  // namespace

TEST_CASE("drop notes file: without a file the board is new")
{
    const TempDir folder;
    CHECK(DropNotesFile{folder / "d.notes"}.read() == DropNotes{});
}

TEST_CASE("drop notes file: what was written last is read")
{
    const TempDir folder;
    const DropNotesFile file{folder / "d.notes"};
    file.write({});
    file.write(some_notes());
    CHECK(file.read() == some_notes());
}

TEST_CASE("drop notes file: what a board that was killed had half written does not count")
{
    const TempDir folder;
    const DropNotesFile file{folder / "d.notes"};
    file.write(some_notes());
    std::ofstream{folder / "d.notes.new"} << "tini-sim no";
    CHECK(file.read() == some_notes());
    file.write({});
    CHECK(file.read() == DropNotes{});
}

TEST_CASE("drop notes file: a board that is killed while it writes leaves the old notes or the new")
{
    const TempDir folder;
    const DropNotesFile file{folder / "d.notes"};
    file.write({});
    for (int looks = 0; looks < 30; ++looks) {
        const auto writer = ::fork();
        REQUIRE(writer >= 0);
        if (writer == 0) write_for_ever(file);
        // Each time the writer has got a little further.
        for (int look = 0; look <= looks; ++look) CHECK(file.read());
        ::kill(writer, SIGKILL);
        ::waitpid(writer, nullptr, 0);
        const auto notes = file.read();
        REQUIRE(notes);
        CHECK((*notes == some_notes() || *notes == DropNotes{}));
    }
}

TEST_CASE("drop notes file: a damaged file gives no notes")
{
    const TempDir folder;
    const DropNotesFile file{folder / "d.notes"};
    file.write(some_notes());
    std::filesystem::resize_file(file.path(), 20);
    CHECK_FALSE(file.read());
    std::ofstream{file.path(), std::ios::trunc}.flush();
    CHECK_FALSE(file.read());
}

TEST_CASE("drop notes file: notes that can not be kept or read are an error")
{
    const TempDir folder;
    CHECK_THROWS_AS((DropNotesFile{folder / "nowhere" / "d.notes"}.write({})), std::system_error);
    std::filesystem::create_directory(folder / "d.notes");
    CHECK_THROWS_AS(DropNotesFile{folder / "d.notes"}.read(), std::system_error);
}
