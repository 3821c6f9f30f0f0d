//! `ai_operation_audit`, `data_access_log` and `rule_validation_log`: rows derived from events, for
//! reports in plain SQL. Proof is in the events alone.

/// `ai_operation_audit`: one row per operation.
pub mod operation {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "ai_operation_audit")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub operation_id: String,
        pub tenant_id: String,
        pub user_id: String,
        pub user_role: String,
        pub ai_skill_id: String,
        pub operation_type: String,
        pub entity_type: String,
        pub start_time: DateTimeUtc,
        pub end_time: Option<DateTimeUtc>,
        pub status: String,
        pub risk_level: Option<String>,
        pub input_data_hash: Option<String>,
        pub output_data_hash: Option<String>,
        pub error_message: Option<String>,
        pub stack_trace: Option<String>,
        pub created_time: Option<DateTimeUtc>,
        pub updated_time: Option<DateTimeUtc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// `data_access_log`: one row per showing of records.
pub mod access {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "data_access_log")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub log_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub seq: i64,
        pub operation_id: String,
        pub tenant_id: String,
        pub user_id: String,
        pub user_role: String,
        pub ai_skill_id: String,
        pub entity_type: String,
        pub record_ids: String,
        pub accessed_fields: String,
        pub access_type: String,
        pub withheld: i64,
        pub access_time: DateTimeUtc,
        pub start_time: Option<DateTimeUtc>,
        pub end_time: Option<DateTimeUtc>,
        pub status: String,
        pub error_message: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// `rule_validation_log`: one row per rule that held, or could not be known, in a decision.
pub mod validation {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "rule_validation_log")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub log_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub seq: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub position: i64,
        pub operation_id: String,
        pub tenant_id: String,
        pub user_id: String,
        pub entity_type: String,
        pub rule_name: String,
        pub rule_place: String,
        pub result: String,
        pub shadow: bool,
        pub decision: String,
        pub validation_time: DateTimeUtc,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
