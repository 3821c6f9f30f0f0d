//! Opens, fills and queries the CRM's SQLite file, and hands rows over as the guard's records.
//!
//! A record is what a host would send as JSON: money as exact decimal text, percent as a number.

use std::path::Path;

use crm_guardrails::{Changes, Record};
use sea_orm::ActiveValue::Set;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, Database, DatabaseConnection,
    DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel, Order, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, Schema, TransactionTrait,
};
use serde_json::json;
use tokio::runtime::Runtime;

use super::generate::Business;
use super::schema::{contract, customer, quote};
use crate::Result;

/// Rows per INSERT: SQLite takes 32,766 parameters, a row here has at most 20.
const BATCH: usize = 500;
const SEED: u64 = 20_260_302;

/// The company's own database.
pub(crate) struct Crm {
    runtime: Runtime,
    db: DatabaseConnection,
}

/// How many rows there are.
pub(crate) struct Size {
    pub(crate) customers: u64,
    pub(crate) quotes: u64,
    pub(crate) contracts: u64,
}

impl Crm {
    /// Makes the tables in a new file and fills them.
    pub(crate) fn create(path: &Path) -> Result<Self> {
        let crm = Self::open(path)?;
        crm.runtime.block_on(fill(&crm.db))?;
        Ok(crm)
    }

    pub(crate) fn open(path: &Path) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let url = format!("sqlite://{}?mode=rwc", path.display());
        let db = runtime.block_on(Database::connect(url))?;
        Ok(Self { runtime, db })
    }

    pub(crate) fn size(&self) -> Result<Size> {
        Ok(self.runtime.block_on(async {
            Ok::<_, DbErr>(Size {
                customers: customer::Entity::find().count(&self.db).await?,
                quotes: quote::Entity::find().count(&self.db).await?,
                contracts: contract::Entity::find().count(&self.db).await?,
            })
        })?)
    }

    /// The first `count` quotes of a tenant, whoever owns them.
    pub(crate) fn quotes(&self, tenant: &str, count: u64) -> Result<Vec<Record>> {
        let found = quote::Entity::find()
            .filter(quote::Column::TenantId.eq(tenant))
            .order_by_asc(quote::Column::Id)
            .limit(count)
            .all(&self.db);
        self.runtime
            .block_on(found)?
            .iter()
            .map(quote_record)
            .collect()
    }

    /// A seller's smallest draft that leaves room to bargain: nobody would look at it twice.
    pub(crate) fn small_draft(&self, owner: &str) -> Result<Record> {
        let found = quote::Entity::find()
            .filter(quote::Column::Owner.eq(owner))
            .filter(quote::Column::Stage.eq("DRAFT"))
            .filter(quote::Column::Margin.gt(30))
            .order_by(quote::Column::AmountFen, Order::Asc)
            .one(&self.db);
        let row = self.runtime.block_on(found)?;
        quote_record(&row.ok_or("the seller has no draft")?)
    }

    pub(crate) fn quote(&self, id: &str) -> Result<Record> {
        let found = quote::Entity::find_by_id(id).one(&self.db);
        let row = self.runtime.block_on(found)?;
        quote_record(&row.ok_or("there is no such quote")?)
    }

    /// A customer of `owner`.
    pub(crate) fn customer_of(&self, owner: &str) -> Result<Record> {
        let found = customer::Entity::find()
            .filter(customer::Column::Owner.eq(owner))
            .order_by_asc(customer::Column::Id)
            .one(&self.db);
        let row = self.runtime.block_on(found)?;
        customer_record(&row.ok_or("the seller has no customer")?)
    }

    /// A contract that a tenant still drafts.
    pub(crate) fn draft_contract(&self, tenant: &str) -> Result<Record> {
        let found = contract::Entity::find()
            .filter(contract::Column::TenantId.eq(tenant))
            .filter(contract::Column::Status.eq("DRAFT"))
            .order_by_asc(contract::Column::Id)
            .one(&self.db);
        let row = self.runtime.block_on(found)?;
        contract_record(&row.ok_or("the tenant drafts no contract")?)
    }

    /// Carries out what the guard released: the CRM's own write.
    pub(crate) fn apply(&self, changes: &Changes) -> Result {
        let id = changes.before().id()?;
        let found = quote::Entity::find_by_id(&*id).one(&self.db);
        let row = self.runtime.block_on(found)?;
        let mut row = row.ok_or("there is no such quote")?.into_active_model();
        for (field, value) in changes.fields() {
            match (&**field, value.as_number()) {
                ("discount", Some(percent)) => discount(&mut row, i32::try_from(percent)?),
                _ => return Err(format!("the CRM does not edit `{field}` this way").into()),
            }
        }
        self.runtime.block_on(row.update(&self.db))?;
        Ok(())
    }
}

/// The price follows the discount; so much arithmetic the CRM does by itself.
fn discount(row: &mut quote::ActiveModel, percent: i32) {
    let list = *row.list_price_fen.as_ref();
    row.discount = Set(percent);
    row.amount_fen = Set(list * i64::from(100 - percent) / 100);
}

async fn fill(db: &DatabaseConnection) -> Result<(), DbErr> {
    let schema = Schema::new(db.get_database_backend());
    let tx = db.begin().await?;
    tx.execute(&schema.create_table_from_entity(customer::Entity))
        .await?;
    tx.execute(&schema.create_table_from_entity(quote::Entity))
        .await?;
    tx.execute(&schema.create_table_from_entity(contract::Entity))
        .await?;
    let business = Business::generate(SEED);
    insert::<customer::Entity>(&tx, business.customers).await?;
    insert::<quote::Entity>(&tx, business.quotes).await?;
    insert::<contract::Entity>(&tx, business.contracts).await?;
    tx.commit().await
}

/// Inserts in batches: one statement of many rows instead of many statements.
async fn insert<E>(tx: &DatabaseTransaction, rows: Vec<E::Model>) -> Result<(), DbErr>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel>,
{
    let mut rows = rows.into_iter().map(IntoActiveModel::into_active_model);
    loop {
        let batch: Vec<E::ActiveModel> = rows.by_ref().take(BATCH).collect();
        if batch.is_empty() {
            return Ok(());
        }
        E::insert_many(batch).exec_without_returning(tx).await?;
    }
}

/// Exact decimal text, as CRMs send it: `1200.50`.
fn yuan(fen: i64) -> String {
    format!("{}.{:02}", fen / 100, fen % 100)
}

fn quote_record(row: &quote::Model) -> Result<Record> {
    let json = json!({
        "id": row.id,
        "tenant_id": row.tenant_id,
        "owner": row.owner,
        "customer_id": row.customer_id,
        "customer_name": row.customer_name,
        "title": row.title,
        "stage": row.stage,
        "quantity": row.quantity,
        "list_price": yuan(row.list_price_fen),
        "discount": row.discount,
        "amount": yuan(row.amount_fen),
        "cost_price": yuan(row.cost_price_fen),
        "margin": row.margin,
        "contact_name": row.contact_name,
        "contact_phone": row.contact_phone,
        "contact_email": row.contact_email,
        "payment_terms": row.payment_terms,
        "delivery_city": row.delivery_city,
        "valid_until": row.valid_until,
        "notes": row.notes,
    });
    Ok(Record::from_json("Quote", &json.to_string())?)
}

fn customer_record(row: &customer::Model) -> Result<Record> {
    let json = json!({
        "id": row.id,
        "tenant_id": row.tenant_id,
        "owner": row.owner,
        "name": row.name,
        "industry": row.industry,
        "city": row.city,
        "tier": row.tier,
        "contact_name": row.contact_name,
        "phone": row.phone,
        "email": row.email,
        "resident_id": row.resident_id,
        "bank_card": row.bank_card,
        "credit_limit": yuan(row.credit_limit_fen),
        "notes": row.notes,
    });
    Ok(Record::from_json("Customer", &json.to_string())?)
}

fn contract_record(row: &contract::Model) -> Result<Record> {
    let clauses: serde_json::Value = serde_json::from_str(&row.clauses)?;
    let json = json!({
        "id": row.id,
        "tenant_id": row.tenant_id,
        "owner": row.owner,
        "quote_id": row.quote_id,
        "customer_id": row.customer_id,
        "title": row.title,
        "status": row.status,
        "total": yuan(row.total_fen),
        "clauses": clauses,
    });
    Ok(Record::from_json("Contract", &json.to_string())?)
}
