#include "clients/tini_sim/drop_notes_file.hpp"

#include "support/catch.hpp"
#include "support/temp_dir.hpp"

#include <filesystem>
#include <fstream>
#include <system_error>

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
