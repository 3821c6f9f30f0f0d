//! The first migration: every table the guard keeps.
//!
//! The tables and columns named after the product's specification (`data_field_permission`,
//! `ai_operation_audit` and so on) keep their names for good: reports are written against them.

use sea_orm::{ConnectionTrait, DbBackend, DbErr, DeriveMigrationName, Statement};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use super::shape::{KEY, LABEL, NAME, Null, Shape, VALUE};
use super::triggers;

#[derive(DeriveMigrationName)]
pub(crate) struct Tables;

#[expect(
    elided_lifetimes_in_paths,
    reason = "the trait is written so, and async_trait makes another method of it otherwise"
)]
#[async_trait::async_trait]
impl MigrationTrait for Tables {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let collation = collation(manager).await?;
        let backend = manager.get_database_backend();
        for table in tables(backend) {
            table.create(manager, &collation).await?;
        }
        triggers::create(manager).await
    }
}

/// The byte-for-byte collation of this server: without padding where it has one.
async fn collation(manager: &SchemaManager<'_>) -> Result<String, DbErr> {
    let padded = || "utf8mb4_bin".to_owned();
    if manager.get_database_backend() != DbBackend::MySql {
        return Ok(padded());
    }
    let ask = Statement::from_string(
        DbBackend::MySql,
        "SELECT CAST(collation_name AS CHAR) AS name FROM information_schema.collations \
         WHERE collation_name IN ('utf8mb4_nopad_bin', 'utf8mb4_0900_bin')",
    );
    let row = manager.get_connection().query_one_raw(ask).await?;
    row.map_or_else(|| Ok(padded()), |row| row.try_get("", "name"))
}

fn tables(backend: DbBackend) -> Vec<Shape> {
    let mut all = permissions(backend);
    all.extend(skills(backend));
    all.extend(process(backend));
    all.extend(audit(backend));
    all.extend(projections(backend));
    all
}

fn permissions(backend: DbBackend) -> Vec<Shape> {
    vec![
        Shape::new("data_field_permission", backend)
            .serial("id")
            .label("tenant_id", NAME, Null::No)
            .label("entity_type", NAME, Null::No)
            .label("field_name", NAME, Null::No)
            .small("sensitivity_level")
            .flag("pii_flag", Some(false))
            .flag("encryption_required", Some(false))
            .unique(
                "uq_data_field_permission",
                &["tenant_id", "entity_type", "field_name"],
            )
            // What the foreign key below refers to: it keeps a role's row in its field's tenant.
            .unique("uq_data_field_permission_tenant", &["tenant_id", "id"]),
        Shape::new("role_field_permission", backend)
            .serial("id")
            .label("tenant_id", NAME, Null::No)
            .label("role_id", NAME, Null::No)
            .big("field_id")
            .label("access_type", 32, Null::No)
            .flag("ai_access_allowed", Some(false))
            .text("conditions", Null::Yes)
            .index("ix_role_field_permission", &["tenant_id", "field_id"])
            .belongs_to(
                "fk_role_field_permission",
                &["tenant_id", "field_id"],
                "data_field_permission",
                &["tenant_id", "id"],
            ),
        Shape::new("guard_revision", backend)
            .small("id")
            .big("revision")
            .primary_key(&["id"]),
    ]
}

fn skills(backend: DbBackend) -> Vec<Shape> {
    let values = ["v0", "v1", "v2", "v3", "v4", "v5"];
    let mut rule = Shape::new("casbin_rule", backend)
        .serial("id")
        .label("ptype", 16, Null::No);
    for value in values {
        // Empty rather than NULL, since two NULLs are not equal to a unique key.
        rule = rule.label_or_empty(value, VALUE);
    }
    vec![
        rule.unique(
            "uq_casbin_rule",
            &["ptype", "v0", "v1", "v2", "v3", "v4", "v5"],
        ),
        Shape::new("ai_skill_status", backend)
            .label("tenant_id", NAME, Null::No)
            .label("skill_name", NAME, Null::No)
            .label("status", 32, Null::No)
            .primary_key(&["tenant_id", "skill_name"]),
    ]
}

fn process(backend: DbBackend) -> Vec<Shape> {
    vec![
        Shape::new("approval_ticket", backend)
            .id("ticket_id", Null::No)
            .label("tenant_id", LABEL, Null::No)
            .big("version")
            .label("state", 32, Null::No)
            .id("operation_id", Null::No)
            .text("requester_id", Null::No)
            .text("ai_skill_id", Null::No)
            .text("ai_context", Null::No)
            .text("entity_type", Null::No)
            .text("record_id", Null::No)
            .label("operation_type", 32, Null::No)
            .text("record_before", Null::No)
            .text("record_set", Null::No)
            .digest("action_digest", Null::No)
            .digest("policy_digest", Null::No)
            .text("approval_chain", Null::No)
            .big("step")
            .text("decisions", Null::No)
            .text("because", Null::No)
            .moment("created_at", Null::No)
            .moment("expires_at", Null::No)
            .moment("execute_by", Null::Yes)
            .id("spent_by", Null::Yes)
            .primary_key(&["ticket_id"])
            .index(
                "ix_approval_ticket_open",
                &["tenant_id", "state", "created_at"],
            ),
        Shape::new("limit_total", backend)
            .label("limit_key", KEY, Null::No)
            .big("total")
            .primary_key(&["limit_key"]),
        Shape::new("limit_usage", backend)
            .serial("id")
            .label("limit_key", KEY, Null::No)
            .big("taken_at")
            .big("amount")
            .index("ix_limit_usage", &["limit_key", "taken_at"]),
    ]
}

fn audit(backend: DbBackend) -> Vec<Shape> {
    vec![
        Shape::new("audit_log", backend)
            .id("log_id", Null::No)
            .label("host", LABEL, Null::No)
            .big("pid")
            .label("pid_start", 64, Null::No)
            .moment("opened_at", Null::No)
            .moment("alive_until", Null::No)
            .label("state", 16, Null::No)
            .big("size")
            .primary_key(&["log_id"])
            .index("ix_audit_log_state", &["state"])
            .index("ix_audit_log_opened", &["opened_at"]),
        Shape::new("audit_event", backend)
            .id("log_id", Null::No)
            .big("seq")
            .moment("event_time", Null::No)
            .label("kind", 32, Null::No)
            .label("tenant_id", LABEL, Null::Yes)
            .id("operation_id", Null::Yes)
            .text("payload", Null::No)
            .digest("leaf", Null::No)
            .primary_key(&["log_id", "seq"])
            .index("ix_audit_event_time", &["event_time"])
            .index("ix_audit_event_operation", &["operation_id"]),
        Shape::new("audit_checkpoint", backend)
            .id("log_id", Null::No)
            .big("size")
            .moment("created_at", Null::No)
            .text("note", Null::No)
            .primary_key(&["log_id", "size"]),
    ]
}

fn projections(backend: DbBackend) -> Vec<Shape> {
    vec![
        Shape::new("ai_operation_audit", backend)
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
            .digest("input_hash", Null::Yes)
            .digest("output_hash", Null::Yes)
            .text("error", Null::Yes)
            .primary_key(&["operation_id"])
            .index("ix_ai_operation_audit_time", &["start_time"])
            .index(
                "ix_ai_operation_audit_user",
                &["user_id", "operation_type", "status"],
            ),
        Shape::new("data_access_log", backend)
            .id("log_id", Null::No)
            .big("seq")
            .id("operation_id", Null::No)
            .label("tenant_id", LABEL, Null::No)
            .label("user_id", LABEL, Null::No)
            .text("user_role", Null::No)
            .label("ai_skill_id", LABEL, Null::No)
            .label("entity_type", LABEL, Null::No)
            .text("record_ids", Null::No)
            .text("accessed_fields", Null::No)
            .label("access_type", 16, Null::No)
            .big("withheld")
            .moment("access_time", Null::No)
            .primary_key(&["log_id", "seq"])
            .index("ix_data_access_log_time", &["access_time"])
            .index("ix_data_access_log_user", &["user_id", "entity_type"]),
        Shape::new("rule_validation_log", backend)
            .id("log_id", Null::No)
            .big("seq")
            .big("position")
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
        Shape::new("cleanup_log", backend)
            .serial("id")
            .label("table_name", LABEL, Null::No)
            .moment("older_than", Null::No)
            .big("rows_deleted")
            .moment("cleanup_time", Null::No)
            .index("ix_cleanup_log_time", &["cleanup_time"]),
    ]
}
