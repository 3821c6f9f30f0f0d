//! `approval_ticket`.

use sea_orm::entity::prelude::*;

#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "approval_ticket")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub ticket_id: String,
    pub tenant_id: String,
    pub version: i64,
    pub state: String,
    pub operation_id: String,
    pub requester_id: String,
    pub ai_skill_id: String,
    pub ai_context: String,
    pub entity_type: String,
    pub record_id: String,
    pub operation_type: String,
    pub record_before: String,
    pub record_set: String,
    pub action_digest: String,
    pub policy_digest: String,
    pub approval_chain: String,
    pub step: i64,
    pub decisions: String,
    pub because: String,
    pub created_at: DateTimeUtc,
    pub expires_at: DateTimeUtc,
    pub execute_by: Option<DateTimeUtc>,
    pub spent_by: Option<String>,
}

impl std::fmt::Debug for Model {
    /// Without the record's values.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("approval_ticket")
            .field("ticket_id", &self.ticket_id)
            .finish_non_exhaustive()
    }
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
