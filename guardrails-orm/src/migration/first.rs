//! The tables as the first release made them: how a database of that release is recognised.
//!
//! A table that has the name and not exactly these columns is somebody else's, which that release
//! took for its own.

use super::catalog::Columns;

/// The name of the first release's only migration.
pub(super) const VERSION: &str = "first";
/// Its list of migrations.
pub(super) const MIGRATIONS: &str = "guard_migration";
/// Its one table with a row from the start.
pub(super) const REVISION: &str = "guard_revision";

/// Each table with its columns, in the words of [`Columns`](super::catalog::Columns).
pub(super) const TABLES: &[(&str, &str)] = &[
    ("guard_migration", "applied_at number, version text"),
    (
        "data_field_permission",
        "encryption_required number, entity_type text, field_name text, id number, \
         pii_flag number, sensitivity_level number, tenant_id text",
    ),
    (
        "role_field_permission",
        "access_type text, ai_access_allowed number, conditions text?, \
         field_id number, id number, role_id text, tenant_id text",
    ),
    ("guard_revision", "id number, revision number"),
    (
        "casbin_rule",
        "id number, ptype text, v0 text, v1 text, v2 text, v3 text, v4 text, v5 text",
    ),
    (
        "ai_skill_status",
        "skill_name text, status text, tenant_id text",
    ),
    (
        "approval_ticket",
        "action_digest text, ai_context text, ai_skill_id text, approval_chain text, \
         because text, created_at moment, decisions text, entity_type text, \
         execute_by moment?, expires_at moment, operation_id text, \
         operation_type text, policy_digest text, record_before text, record_id text, \
         record_set text, requester_id text, spent_by text?, state text, step number, \
         tenant_id text, ticket_id text, version number",
    ),
    ("limit_total", "limit_key text, total number"),
    (
        "limit_usage",
        "amount number, id number, limit_key text, taken_at number",
    ),
    (
        "audit_log",
        "alive_until moment, host text, log_id text, opened_at moment, pid number, \
         pid_start text, size number, state text",
    ),
    (
        "audit_event",
        "event_time moment, kind text, leaf text, log_id text, operation_id text?, \
         payload text, seq number, tenant_id text?",
    ),
    (
        "audit_checkpoint",
        "created_at moment, log_id text, note text, size number",
    ),
    (
        "ai_operation_audit",
        "ai_skill_id text, end_time moment?, entity_type text, error text?, \
         input_hash text?, operation_id text, operation_type text, output_hash text?, \
         risk_level text?, start_time moment, status text, tenant_id text, \
         user_id text, user_role text",
    ),
    (
        "data_access_log",
        "access_time moment, access_type text, accessed_fields text, ai_skill_id text, \
         entity_type text, log_id text, operation_id text, record_ids text, \
         seq number, tenant_id text, user_id text, user_role text, withheld number",
    ),
    (
        "rule_validation_log",
        "decision text, entity_type text, log_id text, operation_id text, \
         position number, result text, rule_name text, rule_place text, seq number, \
         shadow number, tenant_id text, user_id text, validation_time moment",
    ),
    (
        "cleanup_log",
        "cleanup_time moment, id number, older_than moment, rows_deleted number, \
         table_name text",
    ),
];

/// The columns of one of these tables.
pub(super) fn columns(table: &str) -> Option<Columns> {
    let found = TABLES.iter().find(|(name, _)| *name == table);
    found.map(|(_, columns)| Columns::parse(columns))
}

/// The name of the table that is called `base`, without prefix, by now.
pub(super) fn name_of(base: &str) -> Option<&'static str> {
    TABLES
        .iter()
        .map(|(table, _)| *table)
        .find(|table| *table == base || table.strip_prefix("guard_") == Some(base))
}

/// Tables whose changes raised the revision; each had a trigger for each event.
pub(super) const WATCHED: [&str; 4] = [
    "data_field_permission",
    "role_field_permission",
    "casbin_rule",
    "ai_skill_status",
];
/// PostgreSQL's trigger functions.
pub(super) const FUNCTIONS: [&str; 2] = ["guard_raise_revision", "guard_raise_revision_if_changed"];
