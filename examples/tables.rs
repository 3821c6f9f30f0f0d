//! Tables: an administrator narrows, per tenant and while the guard runs, what the policy grants.
//!
//! ```text
//! before: {"contact_phone":"138****5678","discount":5,"id":"Q-1","owner":"u-17"}
//! after:  {"discount":5,"id":"Q-1","owner":"u-17"}
//! ```
//!
//! `cargo run --example tables`; in Python `examples/python/tables.py`. The policy is in `examples/ladder/policies`.

use std::error::Error;
use std::io::{self, Write};

use crm_guardrails::{Guard, Principal, Record, Request};
use sea_orm::{ConnectionTrait as _, Database};

const POLICIES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/ladder/policies");
const QUOTE: &str =
    r#"{"id": "Q-1", "owner": "u-17", "discount": 5, "contact_phone": "13800005678"}"#;

/// In tenant `acme`, sellers' AIs see no telephone number.
const EDIT: &str = "
    INSERT INTO data_field_permission (tenant_id, entity_type, field_name)
    VALUES ('acme', 'Quote', 'contact_phone');
    INSERT INTO role_field_permission (tenant_id, role_id, field_id, access_type, ai_access_allowed)
    SELECT tenant_id, 'SALES_REP', id, 'HIDDEN', TRUE FROM data_field_permission";

pub(crate) fn run(out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let store = format!("sqlite://{}/guard.db?mode=rwc", folder.path().display());
    let guard = Guard::builder().policies(POLICIES).store(&store).open()?;
    let rep = Principal::user("acme", "u-17").role("SALES_REP");
    let quote = Record::from_json("Quote", QUOTE)?;

    let mut op = guard.begin(Request::new(&rep, "quote.draft"))?;
    writeln!(out, "before: {}", op.read(&quote)?.to_json())?;

    // Any tool for databases will do.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        Database::connect(store)
            .await?
            .execute_unprepared(EDIT)
            .await
    })?;

    // Edits are seen by themselves within a second; `refresh` looks now.
    let _ = guard.refresh()?;
    writeln!(out, "after:  {}", op.read(&quote)?.to_json())?;
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    run(&mut io::stdout())
}
