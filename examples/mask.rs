//! Mask: the AI sees a masked field in part, and what nobody grants not at all.
//!
//! ```text
//! the CRM has {"id": "Q-1", "owner": "u-17", "discount": 5, "cost_price": "60000.00", "contact_phone": "13800005678"}
//! the AI sees {"contact_phone":"138****5678","discount":5,"id":"Q-1","owner":"u-17"}
//! ```
//!
//! `cargo run --example mask`; in Python `examples/python/mask.py`. The policy is in `examples/ladder/policies`.

use std::error::Error;
use std::io::{self, Write};

use crm_guardrails::{Guard, Principal, Record, Request};

const POLICIES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/ladder/policies");
const QUOTE: &str = r#"{"id": "Q-1", "owner": "u-17", "discount": 5, "cost_price": "60000.00", "contact_phone": "13800005678"}"#;

pub(crate) fn run(out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let store = format!("sqlite://{}/guard.db?mode=rwc", folder.path().display());
    let guard = Guard::builder().policies(POLICIES).store(store).open()?;
    let rep = Principal::user("acme", "u-17").role("SALES_REP");

    let quote = Record::from_json("Quote", QUOTE)?;

    let mut op = guard.begin(Request::new(&rep, "quote.draft"))?;
    let view = op.read(&quote)?;
    writeln!(out, "the CRM has {QUOTE}")?;
    writeln!(out, "the AI sees {}", view.to_json())?;
    op.complete("read")?;
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    run(&mut io::stdout())
}
