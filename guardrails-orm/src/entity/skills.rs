//! `guard_casbin_rule` and `guard_ai_skill_status`.

/// `guard_casbin_rule`: one line of Casbin policy; values that are not there are empty.
pub mod rule {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "guard_casbin_rule")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub ptype: String,
        pub v0: String,
        pub v1: String,
        pub v2: String,
        pub v3: String,
        pub v4: String,
        pub v5: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// `guard_ai_skill_status`: a skill's status for a tenant, or for all as `*`.
pub mod status {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "guard_ai_skill_status")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub skill_name: String,
        pub status: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
