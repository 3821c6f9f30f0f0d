//! The CRM's tables, as SeaORM entities. Money is kept in fen (1/100 CNY), so that it stays exact.
#![expect(unreachable_pub, reason = "the derives of SeaORM ask for `pub`")]

pub(crate) mod customer {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "customer")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub tenant_id: String,
        pub owner: String,
        pub name: String,
        pub industry: String,
        pub city: String,
        pub tier: String,
        pub contact_name: String,
        pub phone: String,
        pub email: String,
        pub resident_id: String,
        pub bank_card: String,
        pub credit_limit_fen: i64,
        pub notes: String,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod quote {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "quote")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub tenant_id: String,
        pub owner: String,
        pub customer_id: String,
        pub customer_name: String,
        pub title: String,
        pub stage: String,
        pub quantity: i32,
        pub list_price_fen: i64,
        pub discount: i32,
        pub amount_fen: i64,
        pub cost_price_fen: i64,
        pub margin: i32,
        pub contact_name: String,
        pub contact_phone: String,
        pub contact_email: String,
        pub payment_terms: String,
        pub delivery_city: String,
        pub valid_until: String,
        pub notes: Option<String>,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod contract {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "contract")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub tenant_id: String,
        pub owner: String,
        pub quote_id: String,
        pub customer_id: String,
        pub title: String,
        pub status: String,
        pub total_fen: i64,
        /// A JSON list of `{"title", "text"}`.
        pub clauses: String,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
