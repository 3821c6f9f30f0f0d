//! The guard's tables as they are now.
//!
//! The tables and columns named after the product's specification (`data_field_permission`,
//! `ai_operation_audit` and so on) keep their names for good: reports are written against them.

use sea_orm::DbBackend;

use super::shape::{KEY, LABEL, NAME, Null, Shape, VALUE};
use crate::names::Names;

/// Every table, in an order in which they can be made.
pub(crate) fn tables(names: &Names, backend: DbBackend) -> Vec<Shape> {
    let mut all = vec![schema(names, backend), migrations(names, backend)];
    all.extend(permissions(names, backend));
    all.extend(skills(names, backend));
    all.extend(process(names, backend));
    all.extend(audit(names, backend));
    all.extend(projections(backend));
    all
}

/// Which tables are the guard's: one row for each.
pub(crate) fn schema(names: &Names, backend: DbBackend) -> Shape {
    Shape::own(names, "schema", backend)
        .label("table_name", NAME, Null::No)
        .label("made_by_migration", 64, Null::No)
        .text("fingerprint", Null::No)
        .primary_key(&["table_name"])
}

/// Which migrations are done.
pub(crate) fn migrations(names: &Names, backend: DbBackend) -> Shape {
    Shape::own(names, "migration", backend)
        .label("version", LABEL, Null::No)
        .big("applied_at", Null::No)
        .primary_key(&["version"])
}

fn permissions(names: &Names, backend: DbBackend) -> Vec<Shape> {
    vec![
        Shape::plain("data_field_permission", backend)
            .serial("id")
            .label("tenant_id", NAME, Null::No)
            .label("entity_type", NAME, Null::No)
            .label("field_name", NAME, Null::No)
            .small_or("sensitivity_level", 1)
            .flag("pii_flag", Some(false))
            .flag("encryption_required", Some(false))
            .moment_or_now("created_time")
            .moment_or_now("updated_time")
            .unique(
                "uq_data_field_permission",
                &["tenant_id", "entity_type", "field_name"],
            )
            // What the foreign key below refers to: it keeps a role's row in its field's tenant.
            .unique("uq_data_field_permission_tenant", &["tenant_id", "id"]),
        Shape::plain("role_field_permission", backend)
            .serial("id")
            .label("tenant_id", NAME, Null::No)
            .label("role_id", NAME, Null::No)
            .big("field_id", Null::No)
            .label("access_type", 32, Null::No)
            .flag("ai_access_allowed", Some(false))
            .text("conditions", Null::Yes)
            .label("aggregation_type", 32, Null::Yes)
            .moment_or_now("created_time")
            .moment_or_now("updated_time")
            .index("ix_role_field_permission", &["tenant_id", "field_id"])
            .belongs_to(
                "fk_role_field_permission",
                &["tenant_id", "field_id"],
                "data_field_permission",
                &["tenant_id", "id"],
            ),
        Shape::own(names, "revision", backend)
            .small("id")
            .big("revision", Null::No)
            .primary_key(&["id"]),
    ]
}

fn skills(names: &Names, backend: DbBackend) -> Vec<Shape> {
    let values = ["v0", "v1", "v2", "v3", "v4", "v5"];
    let mut rule = Shape::own(names, "casbin_rule", backend)
        .serial("id")
        .label("ptype", 16, Null::No);
    for value in values {
        // Empty rather than NULL, since two NULLs are not equal to a unique key.
        rule = rule.label_or(value, VALUE, "");
    }
    vec![
        rule.unique(
            "uq_casbin_rule",
            &["ptype", "v0", "v1", "v2", "v3", "v4", "v5"],
        ),
        Shape::own(names, "ai_skill_status", backend)
            .label("tenant_id", NAME, Null::No)
            .label("skill_name", NAME, Null::No)
            .label("status", 32, Null::No)
            .primary_key(&["tenant_id", "skill_name"]),
    ]
}

fn process(names: &Names, backend: DbBackend) -> Vec<Shape> {
    vec![
        Shape::own(names, "approval_ticket", backend)
            .id("ticket_id", Null::No)
            .label("tenant_id", LABEL, Null::No)
            .big("version", Null::No)
            .label("state", 32, Null::No)
            .id("operation_id", Null::No)
            .text("requester_id", Null::No)
            // The start of `requester_id`, since MariaDB does not index a long text.
            .label_or("requester_key", NAME, "")
            .text("ai_skill_id", Null::No)
            .text("ai_context", Null::No)
            .text("entity_type", Null::No)
            .text("record_id", Null::No)
            .label("operation_type", 32, Null::No)
            .text("record_before", Null::Yes)
            .text("record_set", Null::Yes)
            .digest("action_digest", Null::No)
            .digest("policy_digest", Null::No)
            .text("approval_chain", Null::No)
            .big("step", Null::No)
            .text("decisions", Null::No)
            .text("because", Null::No)
            .moment("created_at", Null::No)
            .moment("expires_at", Null::No)
            .moment("execute_by", Null::Yes)
            .id("spent_by", Null::Yes)
            .text("read_digests", Null::Yes)
            .text("asked", Null::Yes)
            .digest("open_key", Null::Yes)
            .moment("reserved_until", Null::Yes)
            .id("event_log", Null::Yes)
            .big("event_seq", Null::Yes)
            .digest("mac", Null::Yes)
            .primary_key(&["ticket_id"])
            .index(
                "ix_approval_ticket_open",
                &["tenant_id", "state", "created_at"],
            )
            .index(
                "ix_approval_ticket_requester",
                &["tenant_id", "requester_key", "state", "created_at"],
            )
            .unique("uq_approval_ticket_open_key", &["open_key"]),
        // The roles that may decide a ticket's waiting step.
        Shape::own(names, "ticket_approver", backend)
            .id("ticket_id", Null::No)
            .label("tenant_id", LABEL, Null::No)
            .label("role_name", NAME, Null::No)
            .primary_key(&["ticket_id", "tenant_id", "role_name"])
            .index("ix_ticket_approver_role", &["tenant_id", "role_name"]),
        Shape::own(names, "limit_total", backend)
            .label("limit_key", KEY, Null::No)
            .big("total", Null::No)
            .primary_key(&["limit_key"]),
        Shape::own(names, "limit_usage", backend)
            .serial("id")
            .label("limit_key", KEY, Null::No)
            .big("taken_at", Null::No)
            .big("amount", Null::No)
            .index("ix_limit_usage", &["limit_key", "taken_at"]),
    ]
}

fn audit(names: &Names, backend: DbBackend) -> Vec<Shape> {
    vec![
        Shape::own(names, "audit_log", backend)
            .id("log_id", Null::No)
            .label("host", LABEL, Null::No)
            .big("pid", Null::No)
            .label("pid_start", 64, Null::No)
            .moment("opened_at", Null::No)
            .moment("alive_until", Null::No)
            .label("state", 16, Null::No)
            .big("size", Null::No)
            .primary_key(&["log_id"])
            .index("ix_audit_log_state", &["state"])
            .index("ix_audit_log_opened", &["opened_at"]),
        Shape::own(names, "audit_event", backend)
            .id("log_id", Null::No)
            .big("seq", Null::No)
            .moment("event_time", Null::No)
            .label("kind", 32, Null::No)
            .label("tenant_id", LABEL, Null::Yes)
            .id("operation_id", Null::Yes)
            .id("ticket_id", Null::Yes)
            .text("payload", Null::No)
            .digest("leaf", Null::No)
            .primary_key(&["log_id", "seq"])
            .index("ix_audit_event_time", &["event_time"])
            .index("ix_audit_event_operation", &["operation_id"])
            .index("ix_audit_event_ticket", &["ticket_id"]),
        Shape::own(names, "audit_checkpoint", backend)
            .id("log_id", Null::No)
            .big("size", Null::No)
            .moment("created_at", Null::No)
            .text("note", Null::No)
            .primary_key(&["log_id", "size"]),
    ]
}

fn projections(backend: DbBackend) -> Vec<Shape> {
    vec![
        Shape::plain("ai_operation_audit", backend)
            .id("operation_id", Null::No)
            .label("tenant_id", LABEL, Null::No)
            .label("user_id", LABEL, Null::No)
            .text("user_role", Null::No)
            .label("ai_skill_id", LABEL, Null::No)
            .label("operation_type", 32, Null::No)
            .label("entity_type", LABEL, Null::No)
            .moment("start_time", Null::No)
            .moment("end_time", Null::Yes)
            .label("status", 32, Null::No)
            .label("risk_level", 16, Null::Yes)
            .digest("input_data_hash", Null::Yes)
            .digest("output_data_hash", Null::Yes)
            .text("error_message", Null::Yes)
            .text("stack_trace", Null::Yes)
            .moment("created_time", Null::Yes)
            .moment("updated_time", Null::Yes)
            .primary_key(&["operation_id"])
            .index("ix_ai_operation_audit_time", &["start_time"])
            .index(
                "ix_ai_operation_audit_user",
                &["user_id", "operation_type", "status"],
            ),
        Shape::plain("data_access_log", backend)
            .id("log_id", Null::No)
            .big("seq", Null::No)
            .id("operation_id", Null::No)
            .label("tenant_id", LABEL, Null::No)
            .label("user_id", LABEL, Null::No)
            .text("user_role", Null::No)
            .label("ai_skill_id", LABEL, Null::No)
            .label("entity_type", LABEL, Null::No)
            .text("record_ids", Null::No)
            .text("accessed_fields", Null::No)
            .label("access_type", 16, Null::No)
            .big("withheld", Null::No)
            .moment("access_time", Null::No)
            .moment("start_time", Null::Yes)
            .moment("end_time", Null::Yes)
            .label_or("status", 16, "SUCCESS")
            .text("error_message", Null::Yes)
            .primary_key(&["log_id", "seq"])
            .index("ix_data_access_log_time", &["access_time"])
            .index("ix_data_access_log_user", &["user_id", "entity_type"]),
        Shape::plain("rule_validation_log", backend)
            .id("log_id", Null::No)
            .big("seq", Null::No)
            .big("position", Null::No)
            .id("operation_id", Null::No)
            .label("tenant_id", LABEL, Null::No)
            .label("user_id", LABEL, Null::No)
            .label("entity_type", LABEL, Null::No)
            .label("rule_name", LABEL, Null::No)
            .text("rule_place", Null::No)
            .label("result", 16, Null::No)
            .flag("shadow", None)
            .label("decision", 32, Null::No)
            .moment("validation_time", Null::No)
            .primary_key(&["log_id", "seq", "position"])
            .index("ix_rule_validation_log_time", &["validation_time"])
            .index("ix_rule_validation_log_rule", &["rule_name", "result"]),
        // Written by retention when it deletes what is old enough; nothing deletes yet.
        Shape::plain("cleanup_log", backend)
            .serial("id")
            .label("table_name", LABEL, Null::No)
            .moment("older_than", Null::No)
            .big("rows_deleted", Null::No)
            .moment("cleanup_time", Null::No)
            .moment("cleaned_at", Null::Yes)
            .index("ix_cleanup_log_time", &["cleanup_time"]),
    ]
}
