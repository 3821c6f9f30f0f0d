//! Row scope: a record that no grant reaches is answered like one that does not exist.
//!
//! ```text
//! of 2 quotes the AI sees 1: {"discount":5,"id":"Q-1","owner":"u-17"}
//! Q-2, asked for by name: not_found
//! ```
//!
//! `cargo run --example row_scope`; in Python `examples/python/row_scope.py`. The policy is in `examples/ladder/policies`.

use std::error::Error;
use std::io::{self, Write};

use crm_guardrails::{Guard, Principal, Record, Request};

const POLICIES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/ladder/policies");

pub(crate) fn run(out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let store = format!("sqlite://{}/guard.db?mode=rwc", folder.path().display());
    let guard = Guard::builder().policies(POLICIES).store(store).open()?;
    let rep = Principal::user("acme", "u-17").role("SALES_REP");

    let own = Record::from_json("Quote", r#"{"id": "Q-1", "owner": "u-17", "discount": 5}"#)?;
    let of_another =
        Record::from_json("Quote", r#"{"id": "Q-2", "owner": "u-18", "discount": 5}"#)?;
    let quotes = [own, of_another];
    let mut op = guard.begin(Request::new(&rep, "quote.draft"))?;

    // A list: what is out of reach is left out.
    let views = op.read_many(&quotes)?;
    let shown: Vec<String> = views.iter().map(|view| view.to_json()).collect();
    writeln!(
        out,
        "of 2 quotes the AI sees {}: {}",
        shown.len(),
        shown.join(", ")
    )?;

    // One record: the error says no more than that there is no such record within reach.
    let [_, of_another] = &quotes;
    if let Err(error) = op.read(of_another) {
        writeln!(out, "Q-2, asked for by name: {}", error.code())?;
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    run(&mut io::stdout())
}
