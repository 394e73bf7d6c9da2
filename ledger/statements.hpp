#pragma once

#include "ledger/ledger.hpp"

namespace ledger {

/// The statements that operations run, prepared once per opened file.
struct Ledger::Statements {
    explicit Statements(sqlite::Database& database);

    sqlite::Statement begin;
    sqlite::Statement count_batch;
    sqlite::Statement commit;

    sqlite::Statement find_account;
    sqlite::Statement find_credentials;
    sqlite::Statement find_ibutton;
    sqlite::Statement insert_account;
    sqlite::Statement update_account_figures;
    sqlite::Statement update_flags;
    sqlite::Statement update_ibutton;
    sqlite::Statement update_password;
    sqlite::Statement close_account;
    sqlite::Statement insert_transfer;
    History history;

    sqlite::Statement find_machine;
    sqlite::Statement insert_machine;
    sqlite::Statement insert_slot;
    sqlite::Statement file_values;
    sqlite::Statement update_file_values;
    sqlite::Statement update_slot;
    sqlite::Statement update_slot_figures;
    sqlite::Statement insert_stock_change;
    sqlite::Statement insert_temperature;
    sqlite::Statement last_temperature;

    sqlite::Statement insert_drop;
    sqlite::Statement doubt_drop;
    sqlite::Statement settle_drop;
    sqlite::Statement settled_drop;
    sqlite::Statement set_protocol;
    sqlite::Statement note_never_known;
    sqlite::Statement insert_evidence;

    sqlite::Statement find_reply;
    sqlite::Statement insert_reply;

    sqlite::Statement remove_drops;
    sqlite::Statement remove_temperatures;
    sqlite::Statement remove_requests;
};

}  // namespace ledger
