//! A host with one route and one query, so that axum and SeaORM are linked; with the feature `guard` it
//! opens a guard and decides.

use axum::{Json, Router, routing::get};
use sea_orm::{ConnectionTrait as _, Database, DbBackend, Statement};

#[cfg(feature = "guard")]
fn decide() -> crm_guardrails::Result<String> {
    use crm_guardrails::{Changes, Guard, Principal, Record, Request};
    let guard = Guard::builder()
        .policies("policies")
        .store("sqlite://guard.db?mode=rwc")
        .open()?;
    let rep = Principal::user("acme", "u-17").role("SALES_REP");
    let quote = Record::from_json("Quote", r#"{"id": "q-1", "owner": "u-17", "discount": 5}"#)?;
    let mut operation = guard.begin(Request::new(&rep, "quote.draft"))?;
    let view = operation.read(&quote)?;
    let decision = operation.propose(&Changes::update(&quote).set("discount", 20))?;
    Ok(format!("{} {:?}", view.to_json(), decision.outcome()))
}

#[cfg(not(feature = "guard"))]
fn decide() -> Result<String, sea_orm::DbErr> {
    Ok(String::new())
}

async fn count() -> Json<serde_json::Value> {
    let answer = async {
        let database = Database::connect("sqlite::memory:").await?;
        let query = Statement::from_string(DbBackend::Sqlite, "SELECT 1 AS one");
        database.query_one_raw(query).await
    };
    let found = answer.await.is_ok_and(|row| row.is_some());
    let decided = tokio::task::spawn_blocking(decide).await;
    Json(
        serde_json::json!({ "found": found, "decided": decided.is_ok_and(|answer| answer.is_ok()) }),
    )
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    axum::serve(listener, Router::new().route("/", get(count))).await
}
