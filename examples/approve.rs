//! Approve and resume: a change waits for a person, is decided again on the record of then, and is released once.
//!
//! ```text
//! 20% waits for manager
//! the manager is shown discount: 5% -> 20%
//! released: {"discount":20}
//! a second time: TICKET_SPENT
//! ```
//!
//! `cargo run --example approve`; in Python `examples/python/approve.py`. The policy is in `examples/ladder/policies`.

use std::error::Error;
use std::io::{self, Write};

use crm_guardrails::{Changes, Guard, Outcome, Principal, Record, Request};

const POLICIES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/ladder/policies");

pub(crate) fn run(out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let store = format!("sqlite://{}/guard.db?mode=rwc", folder.path().display());
    let guard = Guard::builder().policies(POLICIES).store(store).open()?;
    let rep = Principal::user("acme", "u-17").role("SALES_REP");
    let manager = Principal::user("acme", "u-02").role("SALES_MANAGER");
    let quote = Record::from_json("Quote", r#"{"id": "Q-1", "owner": "u-17", "discount": 5}"#)?;

    let mut op = guard.begin(Request::new(&rep, "quote.draft"))?;
    let decision = op.propose(&Changes::update(&quote).set("discount", 20))?;
    let Outcome::NeedsApproval(ticket) = decision.outcome() else {
        return Err("20% asks for nobody".into());
    };
    writeln!(out, "20% waits for {}", ticket.chains())?;

    // Later, in the manager's inbox.
    let approvals = guard.approvals();
    for change in approvals.show(ticket.id(), &manager)?.changes {
        let (field, before, after) = (change.field, change.before, change.after);
        writeln!(out, "the manager is shown {field}: {before} -> {after}")?;
    }
    approvals.approve(ticket.id(), &manager, "good customer")?;

    // Back at the seller's. The quote is as the CRM has it by now; a CRM loads it here.
    let (op, release) = guard.resume(ticket.id(), &rep, &quote)?;
    writeln!(out, "released: {}", release.to_json())?;
    op.complete("applied")?;
    if let Err(error) = guard.resume(ticket.id(), &rep, &quote) {
        writeln!(out, "a second time: {}", error.code())?;
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    run(&mut io::stdout())
}
