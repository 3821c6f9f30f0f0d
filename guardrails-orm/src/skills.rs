//! Skill status in `guard_ai_skill_status`. A stored word that is no status stops the skill.

use guardrails_core::policy::SkillStatus;
use guardrails_core::{Result, SkillStatusRow, SkillStore};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, DatabaseConnection, EntityTrait, QueryOrder, QueryTrait, Set};

use crate::Database;
use crate::entity::skills::status;
use crate::fault::Failure;
use crate::row::Row;

impl SkillStore for Database {
    fn skill_statuses(&self) -> Result<Vec<SkillStatusRow>> {
        self.ask("read the skills' status", read)
    }

    fn set_skill_status(&self, row: &SkillStatusRow) -> Result<()> {
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

async fn read(db: DatabaseConnection) -> Result<Vec<SkillStatusRow>, Failure> {
    let ask = status::Entity::find()
        .order_by_asc(status::Column::TenantId)
        .order_by_asc(status::Column::SkillName);
    let rows = db
        .query_all_raw(ask.build(db.get_database_backend()))
        .await?;
    let mut all = Vec::with_capacity(rows.len());
    for row in &rows {
        all.push(one(&Row::new("guard_ai_skill_status", "?", row))?);
    }
    Ok(all)
}

fn one(row: &Row<'_>) -> Result<SkillStatusRow> {
    let word: String = row.maybe(status::Column::Status).unwrap_or_default();
    Ok(SkillStatusRow {
        tenant: row.text(status::Column::TenantId)?.into(),
        skill: row.text(status::Column::SkillName)?.into(),
        status: SkillStatus::from_word(&word).unwrap_or(SkillStatus::Suspended),
    })
}
