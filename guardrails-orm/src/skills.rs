//! Skill status in `guard_ai_skill_status`. A stored word that is no status stops the skill.

use guardrails_core::policy::SkillStatus;
use guardrails_core::{
    Closes, Name, Result, RowFault, SkillStatusRow, SkillStore, StoredRows, UnreadableRow,
};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, EntityTrait, IdenStatic, QueryOrder, QueryTrait, Set};

use crate::Database;
use crate::connection::{DatabaseConnection, Named as _};
use crate::entity::skills::status;
use crate::fault::Failure;
use crate::row::{MAX_KEY, Row};
use crate::text::fit;

impl SkillStore for Database {
    fn skill_statuses(&self) -> Result<Vec<SkillStatusRow>> {
        self.status_rows()?.into_readable()
    }

    fn status_rows(&self) -> Result<StoredRows<SkillStatusRow>> {
        self.ask("read the skills' status", read)
    }

    fn set_skill_status(&self, row: &SkillStatusRow) -> Result<()> {
        row.check()?;
        let row = status::ActiveModel {
            tenant_id: Set(row.tenant.to_string()),
            skill_name: Set(row.skill.to_string()),
            status: Set(row.status.as_str().to_owned()),
        };
        self.write("set a skill's status", move |transaction| {
            let upsert = status::Entity::insert(row.clone()).on_conflict(
                OnConflict::columns([status::Column::TenantId, status::Column::SkillName])
                    .update_column(status::Column::Status)
                    .to_owned(),
            );
            Box::pin(async move {
                upsert.exec_without_returning(transaction).await?;
                Ok(())
            })
        })
    }
}

async fn read(db: DatabaseConnection) -> Result<StoredRows<SkillStatusRow>, Failure> {
    let ask = status::Entity::find()
        .order_by_asc(status::Column::TenantId)
        .order_by_asc(status::Column::SkillName);
    let rows = db
        .query_all_raw(ask.build(db.get_database_backend()))
        .await?;
    let mut read = StoredRows::all_readable(Vec::with_capacity(rows.len()));
    for row in &rows {
        match one(&Row::new(db.table("guard_ai_skill_status"), "?", row)) {
            Ok(row) => read.readable.push(row),
            Err(row) => read.unreadable.push(*row),
        }
    }
    Ok(read)
}

/// A row whose names cannot be read stops what it may have stopped; one whose status is not understood
/// stops its skill.
fn one(row: &Row<'_>) -> Result<SkillStatusRow, Box<UnreadableRow>> {
    let tenant: Option<String> = row.maybe(status::Column::TenantId);
    let skill: Option<String> = row.maybe(status::Column::SkillName);
    let word: Option<String> = row.maybe(status::Column::Status);
    let word = word.and_then(|word| SkillStatus::from_word(&word));
    if let (Some(tenant), Some(skill), Some(status)) = (&tenant, &skill, word) {
        return Ok(SkillStatusRow {
            tenant: tenant.as_str().into(),
            skill: skill.as_str().into(),
            status,
        });
    }
    let column = match (&tenant, &skill) {
        (None, _) => status::Column::TenantId,
        (_, None) => status::Column::SkillName,
        _ => status::Column::Status,
    };
    let names = [&tenant, &skill].into_iter().flatten();
    let names: Vec<&str> = names.map(String::as_str).collect();
    Err(Box::new(UnreadableRow {
        table: row.table().into(),
        row: match names.is_empty() {
            true => "?".into(),
            false => fit(&names.join(", "), MAX_KEY).into(),
        },
        column: column.as_str().into(),
        fault: RowFault::Unreadable,
        closes: Closes::Skills {
            tenant: tenant.map(Name::from),
            skill: skill.map(Name::from),
        },
    }))
}
