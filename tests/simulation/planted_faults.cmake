# Mistakes that are planted on purpose, each in a copy of one source file, to show that the
# simulation finds them: within so many SEEDS, and by the rule that EXPECT is a part of. FROM must
# stand in the file, so that a fault cannot get lost when the file changes.
function(planted_fault name)
    cmake_parse_arguments(PARSE_ARGV 1 fault "" "FILE;FROM;TO;SEEDS;EXPECT" "")
    set(source ${CMAKE_SOURCE_DIR}/${fault_FILE})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${source})
    file(READ ${source} text)
    string(FIND "${text}" "${fault_FROM}" place)
    if(place EQUAL -1)
        message(FATAL_ERROR "${fault_FILE} has nothing to plant ${name} on: ${fault_FROM}")
    endif()
    string(REPLACE "${fault_FROM}" "${fault_TO}" text "${text}")
    get_filename_component(file ${fault_FILE} NAME)
    set(copy ${CMAKE_CURRENT_BINARY_DIR}/${name}/${file})
    file(CONFIGURE OUTPUT ${copy} CONTENT "${text}" @ONLY)

    # The linker takes this file's functions, and nothing of the library's file of the same name.
    set(program simulate_${name})
    add_executable(${program} ${copy})
    target_link_libraries(${program} PRIVATE simulate_main)
    target_precompile_headers(${program} REUSE_FROM simulation)
    set_target_properties(
        ${program} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests/planted)
    string(REPLACE "_" " " words ${name})
    add_test(
        NAME "simulation: finds the planted fault within ${fault_SEEDS} seeds: ${words}"
        COMMAND ${program} --expect ${fault_EXPECT} --seeds ${fault_SEEDS})
    set_tests_properties(
        "simulation: finds the planted fault within ${fault_SEEDS} seeds: ${words}"
        PROPERTIES LABELS simulation TIMEOUT 120)
endfunction()

planted_fault(a_late_ack_is_taken_for_the_next_drops
    FILE machines/board_link.cpp SEEDS 500 EXPECT "in flight on its link"
    FROM "return state_ == State::idle ||"
    TO "return state_ == State::idle || state_ == State::suspect ||")

planted_fault(two_drops_in_flight_on_one_board
    FILE machines/board_link.cpp SEEDS 500 EXPECT "in flight on its link"
    FROM "return state_ == State::idle ||"
    TO "return state_ == State::idle || state_ == State::dropping ||")

planted_fault(an_ack_settles_whatever_is_open
    FILE machines/board_link.cpp SEEDS 500 EXPECT "cans fell for"
    FROM "if (protocol_ == BoardProtocol::tini2 && id != drop_)"
    TO "if (protocol_ == BoardProtocol::tini2 && !id)")

planted_fault(the_last_in_the_queue_goes_first
    FILE machines/machine.cpp SEEDS 500 EXPECT "was overtaken"
    FROM "queue_.push_back({"
    TO "queue_.push_front({")

planted_fault(a_board_is_not_asked_what_became_of_its_drops
    FILE machines/machine.cpp SEEDS 500 EXPECT "is open"
    FROM "to_ask_.assign(unsettled_.begin(), unsettled_.end())"
    TO "to_ask_.clear()")

planted_fault(what_is_written_is_not_synced
    FILE ledger/ledger.cpp SEEDS 500 EXPECT "which is not there"
    FROM "PRAGMA synchronous = FULL;"
    TO "PRAGMA synchronous = OFF;")

planted_fault(a_commit_of_unknown_fate_is_believed_without_a_sync
    FILE ledger/ledger.cpp SEEDS 500 EXPECT ", and is "
    FROM "checkpoint();
        return Commit::kept;"
    TO "return Commit::kept;")

planted_fault(who_waits_for_the_ledger_is_woken_before_the_commit
    FILE daemon/ledger_service.cpp SEEDS 500 EXPECT "not reserved in the file"
    FROM "const auto result = ledger::run_batch(ledger_, operations);"
    TO "static unsigned batches = 0;
    if (++batches % 2 == 0) {
        for (auto* operation : operations) operation->run(ledger_);
        return wake(batch);
    }
    const auto result = ledger::run_batch(ledger_, operations);")

planted_fault(an_unseen_drop_is_taken_for_one_that_nobody_knows
    FILE machines/machine.cpp SEEDS 500 EXPECT "is open"
    FROM "switch (outcome.what) {"
    TO "switch (outcome.what == Outcome::What::unseen ? Outcome::What::unknown : outcome.what) {")

planted_fault(a_board_is_told_another_slot
    FILE daemon/machine_host.cpp SEEDS 500 EXPECT "comes for another slot"
    FROM "protocol::tini::format_drop(send.slot, send.drop)"
    TO "protocol::tini::format_drop(1, send.drop)")

planted_fault(a_refund_is_paid_twice
    FILE ledger/ledger_drops.cpp SEEDS 500 EXPECT "the sum of all accounts is not zero"
    FROM "open_drops_.erase(id);"
    TO "open_drops_.erase(id);
    if (state == DropState::refunded) move_credits(house, drop.account, drop.price);")

# The schema keeps this one by itself: the ledger cannot write it.
planted_fault(credits_on_hold_are_spent_again
    FILE ledger/ledger_drops.cpp SEEDS 500 EXPECT "the ledger failed"
    FROM "if (account->spendable() < entry->slot.price)"
    TO "if (account->balance < entry->slot.price)")

planted_fault(the_policy_settles_drops_that_have_ids
    FILE ledger/ledger_drops.cpp SEEDS 500 EXPECT "was settled by the policy"
    FROM "if (!drop || drop->protocol == BoardProtocol::tini)"
    TO "if (true)")

planted_fault(a_refusal_takes_back_the_batch_that_it_is_in
    FILE ledger/ledger_drops.cpp SEEDS 500 EXPECT "not reserved in the file"
    FROM "if (!entry || !entry->in_settings) return"
    TO "if (!entry || !entry->in_settings) rollback();
    if (!entry || !entry->in_settings) return")

planted_fault(a_drop_is_sent_again_after_a_restart
    FILE daemon/house.cpp SEEDS 500 EXPECT "not reserved in the file"
    FROM "for (const auto drop : found_in_doubt_) doubts.add(drop);"
    TO "for (const auto drop : found_in_doubt_) doubts.add(drop);
    const auto send_again = [](MachineHost& host, protocol::DropId drop) -> Task<> {
        Timer timer{host.strand()};
        while (!host.online()) {
            timer.expires_after(1s);
            co_await timer.async_wait(use_tuple);
        }
        co_await host.deliver(drop, 1, host.protocol());
    };
    for (const auto drop : found_in_doubt_) {
        const auto& strand = machines[0].strand();
        asio::co_spawn(strand, send_again(machines[0], drop), [](std::exception_ptr) {});
    }")

planted_fault(a_member_hears_of_a_drop_that_is_not_on_disk
    FILE daemon/dispatcher.cpp SEEDS 500 EXPECT "and reserved in the file"
    FROM "if (delivery.event == DropEvent::withdrawn) settlement.actor"
    TO "if (delivery.event == DropEvent::acked) {
        settle_in_background(std::move(settlement), false);
        log_end(request, reservation, machines::name_of(machines::DropState::dispensed), {});
        co_return DropDone{.drop = reservation.drop, .balance = 0};
    }
    if (delivery.event == DropEvent::withdrawn) settlement.actor")
