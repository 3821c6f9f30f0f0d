//! One conformance suite for the store, run on SQLite, PostgreSQL and MariaDB, each test in a
//! database of its own.
//!
//! Servers: `GUARD_TEST_POSTGRES` and `GUARD_TEST_MYSQL` name them (features `postgres` and `mysql`);
//! the user must be allowed to make databases. With `CI=true` a missing server fails the tests,
//! otherwise they say on the terminal that they were skipped.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    dead_code,
    unreachable_pub,
    reason = "tests; each binary uses a part of the shared files"
)]

mod conformance;

use conformance::place::{Memory, Server, on};

macro_rules! suite {
    ($($room:ident: $($test:ident)*;)*) => {
        mod sqlite {
            $($(
                #[test]
                fn $test() {
                    super::on(super::Server::Sqlite, super::conformance::$room::$test);
                }
            )*)*
        }

        #[cfg(feature = "postgres")]
        mod postgres {
            $($(
                #[test]
                fn $test() {
                    super::on(super::Server::Postgres, super::conformance::$room::$test);
                }
            )*)*
        }

        #[cfg(feature = "mysql")]
        mod mariadb {
            $($(
                #[test]
                fn $test() {
                    super::on(super::Server::Mysql, super::conformance::$room::$test);
                }
            )*)*
        }
    };
}

/// What every store passes, the one in memory too.
macro_rules! every_store {
    ($($room:ident: $($test:ident)*;)*) => {
        mod every_store {
            suite! { $($room: $($test)*;)* }

            use crate::{Server, conformance, on};

            mod memory {
                $($(
                    #[test]
                    fn $test() {
                        super::conformance::$room::$test(&crate::Memory::new());
                    }
                )*)*
            }
        }
    };
}

suite! {
    opening:
        opens_twice
        two_may_migrate_at_once
        refuses_tables_that_are_missing
        refuses_tables_of_a_newer_release
        inspecting_writes_nothing
        another_key_is_refused_before_anything_is_written
        a_key_that_was_rotated_away_is_refused
        works_inside_another_runtime;
    adoption:
        an_applications_tables_are_left_alone
        somebody_elses_table_is_refused_by_name
        a_table_that_only_looks_right_is_refused
        a_table_put_in_the_place_of_ours_is_refused
        a_column_that_was_added_is_no_obstacle
        what_the_first_release_took_over_is_refused
        a_prefix_names_the_tables
        two_prefixes_at_once
        the_first_release_moves_to_any_prefix
        a_bad_prefix_is_refused
        permission_rows_get_their_defaults;
    permissions:
        reads_both_tables
        every_change_raises_the_revision
        a_role_row_of_another_tenant_is_refused
        a_role_row_holds_where_its_field_row_does
        names_differ_by_trailing_space
        rows_that_cannot_be_read_are_handed_over_as_such
        columns_of_another_type_close_their_rows
        values_that_are_not_understood_close_their_row
        a_lost_revision_row_is_an_error;
    roles:
        an_unknown_status_suspends;
    names:
        what_is_no_name_is_refused_alike;
    tickets:
        an_unreadable_row_stands_alone
        garbage_names_its_row;
    guarded:
        a_ticket_releases_once
        of_two_that_resume_one_releases
        an_edited_inbox_is_named
        a_ticket_of_a_key_that_is_not_here_decides_nothing
        an_edited_row_decides_nothing
        an_older_row_put_back_releases_nothing
        hidden_events_do_not_hide_a_second_release
        an_edited_row_is_shown_to_nobody
        a_trace_has_what_its_columns_hide
        a_trace_names_what_cannot_be_read;
    ended:
        a_ticket_that_has_ended_keeps_no_personal_identifier;
    journal:
        dropping_the_store_writes_what_waits
        events_are_derived_into_rows
        a_changed_row_is_named
        the_next_log_names_the_heads_before
        checkpoints_do_not_pile_up
        a_fenced_writer_stops;
    recovery:
        a_killed_process_loses_nothing_it_was_told_of
        a_dead_log_is_recovered_once
        a_lease_of_another_machine_is_waited_for
        a_node_with_a_wrong_clock_ends_nobody
        a_wrong_clock_is_in_the_guards_health
        deadlines_go_by_the_clock_that_all_nodes_share;
}

every_store! {
    permissions:
        rows_are_kept_for_their_tenant
        names_differ_by_case_and_accent;
    roles:
        lines_are_kept_once
        an_unknown_kind_is_kept
        lines_too_long_are_refused_as_a_whole
        only_a_change_raises_the_revision
        a_status_is_set_again;
    tickets:
        a_ticket_reads_back_exactly
        a_taken_identifier_is_a_conflict
        of_two_deciders_one_is_told
        another_tenants_ticket_is_not_there
        open_tickets_come_oldest_first
        the_inbox_is_filtered_where_it_is_kept
        overdue_tickets_are_those_of_every_tenant
        one_open_ticket_for_one_action
        an_ended_ticket_keeps_no_value;
    limits:
        a_window_slides
        a_take_is_all_or_nothing
        eight_threads_take_no_more_than_there_is
        keys_are_counted_apart
        a_clock_that_ran_ahead_locks_nobody_out;
    journal:
        an_acknowledged_event_is_there
        a_name_of_any_length_is_no_obstacle
        another_tenant_sees_no_event
        many_threads_commit_one_log
        a_whole_audit_verifies;
}

/// Not a test of its own: the process that [`conformance::recovery`] starts and kills.
#[test]
fn child_process() {
    conformance::child::run_if_asked();
}

/// MariaDB calls a database a schema, and SQLite has one in each file.
#[cfg(feature = "postgres")]
mod postgres_schemas {
    use super::conformance::schemas;
    use super::{Server, on};

    #[test]
    fn a_clock_of_somebody_else_moves_nothing() {
        on(
            Server::Postgres,
            schemas::a_clock_of_somebody_else_moves_nothing,
        );
    }

    #[test]
    fn a_store_stays_in_its_schema() {
        on(Server::Postgres, schemas::a_store_stays_in_its_schema);
    }

    #[test]
    fn two_guards_have_a_schema_each() {
        on(Server::Postgres, schemas::two_guards_have_a_schema_each);
    }

    #[test]
    fn a_schema_of_the_first_release_is_migrated() {
        on(
            Server::Postgres,
            schemas::a_schema_of_the_first_release_is_migrated,
        );
    }

    #[test]
    fn a_schema_that_is_not_there_is_refused() {
        on(
            Server::Postgres,
            schemas::a_schema_that_is_not_there_is_refused,
        );
    }
}

/// The same on every database: what is stored is made before the store sees it.
#[test]
fn no_guess_is_confirmed_by_a_plain_hash() {
    on(
        Server::Sqlite,
        conformance::digests::no_guess_is_confirmed_by_a_plain_hash,
    );
}
