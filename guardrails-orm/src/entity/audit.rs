//! `guard_audit_log`, `guard_audit_event` and `guard_audit_checkpoint`.

/// `guard_audit_log`: one row per log, which is one run of one process.
pub mod log {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "guard_audit_log")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub log_id: String,
        pub host: String,
        pub pid: i64,
        pub pid_start: String,
        pub opened_at: DateTimeUtc,
        pub alive_until: DateTimeUtc,
        pub state: String,
        pub size: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// `guard_audit_event`: one sealed event.
pub mod event {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "guard_audit_event")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub log_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub seq: i64,
        pub event_time: DateTimeUtc,
        pub kind: String,
        pub tenant_id: Option<String>,
        pub operation_id: Option<String>,
        pub ticket_id: Option<String>,
        pub payload: String,
        pub leaf: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// `guard_audit_checkpoint`: a signed head of a log.
pub mod checkpoint {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "guard_audit_checkpoint")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub log_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub size: i64,
        pub created_at: DateTimeUtc,
        pub note: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
