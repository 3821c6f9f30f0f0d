//! Shadow policy: what the next policy would decide, on real work and without effect.
//!
//! ```text
//! 10%: allow; on trial: allow, same
//! 12%: allow; on trial: needs_approval, narrower
//! ```
//!
//! `cargo run --example shadow`; in Python `examples/python/shadow.py`. The policy in force is in
//! `examples/ladder/policies`, the one on trial in `examples/ladder/next`.

use std::error::Error;
use std::io::{self, Write};

use crm_guardrails::{Changes, Guard, Principal, Record, Request};

const POLICIES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/ladder/policies");
const NEXT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/ladder/next");

pub(crate) fn run(out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let store = format!("sqlite://{}/guard.db?mode=rwc", folder.path().display());
    let guard = Guard::builder()
        .policies(POLICIES)
        .shadow_policies(NEXT)
        .store(store)
        .open()?;
    let rep = Principal::user("acme", "u-17").role("SALES_REP");
    let quote = Record::from_json("Quote", r#"{"id": "Q-1", "owner": "u-17", "discount": 5}"#)?;

    for discount in [10, 12] {
        let mut op = guard.begin(Request::new(&rep, "quote.draft"))?;
        let decision = op.propose(&Changes::update(&quote).set("discount", discount))?;
        let in_force = decision.outcome().as_str();
        if let Some(trial) = decision.shadow_policy() {
            let (answer, difference) = (trial.outcome(), trial.difference().as_str());
            writeln!(
                out,
                "{discount}%: {in_force}; on trial: {answer}, {difference}"
            )?;
        }
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    run(&mut io::stdout())
}
