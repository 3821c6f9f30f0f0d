//! `guard_limit_total` and `guard_limit_usage`.

/// `guard_limit_total`: one row per counter; its row lock is what makes a take all-or-nothing.
pub mod total {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "guard_limit_total")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub limit_key: String,
        pub total: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// `guard_limit_usage`: what was taken, and when, in microseconds since 1970 UTC.
pub mod usage {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "guard_limit_usage")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub limit_key: String,
        pub taken_at: i64,
        pub amount: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
