//! `guard_approval_ticket` and `guard_ticket_approver`.

use sea_orm::entity::prelude::*;

#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "guard_approval_ticket")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub ticket_id: String,
    pub tenant_id: String,
    pub version: i64,
    pub state: String,
    pub operation_id: String,
    pub requester_id: String,
    /// The start of `requester_id`, which MariaDB can index.
    pub requester_key: String,
    pub ai_skill_id: String,
    pub ai_context: String,
    pub entity_type: String,
    pub record_id: String,
    pub operation_type: String,
    pub record_before: Option<String>,
    pub record_set: Option<String>,
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
    pub read_digests: Option<String>,
    pub asked: Option<String>,
    pub open_key: Option<String>,
    pub reserved_until: Option<DateTimeUtc>,
    pub event_log: Option<String>,
    pub event_seq: Option<i64>,
    pub mac: Option<String>,
}

impl std::fmt::Debug for Model {
    /// Without the record's values.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("guard_approval_ticket")
            .field("ticket_id", &self.ticket_id)
            .finish_non_exhaustive()
    }
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// `guard_ticket_approver`: the roles that have something to decide.
pub mod approver {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "guard_ticket_approver")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub ticket_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub role_name: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
