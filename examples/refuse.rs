//! Refuse: a rule decides on the change. What is allowed comes back as a release, and only that is applied.
//!
//! ```text
//! 10%: apply {"discount":10}
//! 50%: refused, DISCOUNT_TOO_DEEP: 50% is deeper than anybody may go
//! ```
//!
//! `cargo run --example refuse`; in Python `examples/python/refuse.py`. The policy is in `examples/ladder/policies`.

use std::error::Error;
use std::io::{self, Write};

use crm_guardrails::{Changes, Guard, Outcome, Principal, Record, Request};

const POLICIES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/ladder/policies");

pub(crate) fn run(out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let store = format!("sqlite://{}/guard.db?mode=rwc", folder.path().display());
    let guard = Guard::builder().policies(POLICIES).store(store).open()?;
    let rep = Principal::user("acme", "u-17").role("SALES_REP");
    let quote = Record::from_json("Quote", r#"{"id": "Q-1", "owner": "u-17", "discount": 5}"#)?;

    for discount in [10, 50] {
        let mut op = guard.begin(Request::new(&rep, "quote.draft"))?;
        let decision = op.propose(&Changes::update(&quote).set("discount", discount))?;
        match decision.outcome() {
            Outcome::Allow(release) => {
                writeln!(out, "{discount}%: apply {}", release.to_json())?; // a CRM writes it here
                op.complete("done")?;
            }
            Outcome::NeedsApproval(ticket) => {
                writeln!(out, "{discount}%: waits for {}", ticket.chains())?
            }
            Outcome::Deny => {
                for reason in decision.reasons() {
                    writeln!(
                        out,
                        "{discount}%: refused, {}: {}",
                        reason.code(),
                        reason.message()
                    )?;
                }
            }
        }
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    run(&mut io::stdout())
}
