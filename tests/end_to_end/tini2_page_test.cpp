// drinkd says what docs/tini2.md lets a server say.
#include "support/catch.hpp"
#include "support/client.hpp"
#include "support/conversations.hpp"
#include "support/daemon.hpp"
#include "support/fake_board.hpp"

#include <algorithm>
#include <deque>
#include <optional>
#include <utility>

using namespace support;

namespace {

using Who = Utterance::Who;

const std::vector<Account> members{
    {.name = "alice", .credits = 250},
    {.name = "bob", .credits = 250},
    {.name = "carol", .credits = 250}};

// A daemon and all who talk to it in one conversation.
class Stage {
public:
    void play(const Conversation& conversation)
    {
        for (const auto& line : conversation.lines) {
            CAPTURE(line.text);
            switch (line.who) {
                case Who::board:
                    board_says(line.text);
                    break;
                case Who::server:
                    server_says(line.text);
                    break;
                case Who::event:
                    board_->reset();
                    board_.reset();
                    break;
            }
        }
    }

private:
    static nlohmann::json house()
    {
        auto settings = small_house();
        settings["machines"][0]["board"]["password"] = "secret";
        settings["machines"][0]["slots"][1]["count"] = 5;
        return settings;
    }

    void board_says(const std::string& line)
    {
        if (!board_) board_.emplace(daemon_.boards_port());
        board_->send(with_real_ids(line) + "\n");
    }

    void server_says(const std::string& line)
    {
        const std::string_view drop = "3 ";
        if (!line.starts_with(drop)) {
            board_->expect(with_real_ids(line) + "\n");
            return;
        }
        const auto blank = line.find(' ', drop.size());
        order(line.substr(drop.size(), blank - drop.size()));
        const auto real = board_->line();
        REQUIRE(real.size() > blank);
        ids_.emplace_back(line.substr(blank + 1), real.substr(blank + 1, real.size() - blank - 2));
        CHECK(with_real_ids(line) + "\n" == real);
    }

    // A member has one drop under way at a time, so each of these is another's.
    void order(const std::string& slot)
    {
        auto& client = clients_.emplace_back(daemon_.sunday_port());
        client.log_in(members.at(clients_.size() - 1).name);
        client.send("DROP " + slot + "\n");
    }

    // The page's ids are examples.
    std::string with_real_ids(std::string line) const
    {
        for (const auto& [example, real] : ids_) {
            const auto place = line.find(example);
            if (place != std::string::npos) line.replace(place, example.size(), real);
        }
        return line;
    }

    Daemon daemon_{house(), members};
    std::optional<FakeBoard> board_;
    std::deque<Client> clients_;
    std::vector<std::pair<std::string, std::string>> ids_;
};

bool knows_tini2(const Conversation& conversation)
{
    return std::ranges::none_of(conversation.lines, [](const auto& line) {
        return line.who == Who::server && line.text == "2";
    });
}

}  // namespace

TEST_CASE("tini 2: drinkd holds its side of the page's conversations, byte for byte")
{
    const auto page = conversations_of(std::filesystem::path{PROJECT_FOLDER} / "docs" / "tini2.md");
    REQUIRE(std::ranges::count_if(page, knows_tini2) >= 5);
    for (const auto& conversation : page) {
        if (!knows_tini2(conversation)) continue;
        INFO(conversation.title);
        Stage{}.play(conversation);
    }
}
