//! Audit: what happened is on record, and verification names the event that somebody altered.
//!
//! ```text
//! decided: allow
//! verified: nothing was altered in 4 events
//! altered: event 2
//! ```
//!
//! `cargo run --example audit`; in Python `examples/python/audit.py`. The policy is in `examples/ladder/policies`.

use std::error::Error;
use std::io::{self, Write};

use crm_guardrails::{Changes, Guard, Principal, Record, Request};
use sea_orm::{ConnectionTrait as _, Database};

const POLICIES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/ladder/policies");

/// Another seller is to have asked for it.
const FORGERY: &str = "UPDATE guard_audit_event SET payload = REPLACE(payload, 'u-17', 'u-18') WHERE kind = 'decision'";

pub(crate) fn run(out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let store = format!("sqlite://{}/guard.db?mode=rwc", folder.path().display());
    let guard = Guard::builder().policies(POLICIES).store(&store).open()?;
    let rep = Principal::user("acme", "u-17").role("SALES_REP");
    let quote = Record::from_json("Quote", r#"{"id": "Q-1", "owner": "u-17", "discount": 5}"#)?;

    let mut op = guard.begin(Request::new(&rep, "quote.draft"))?;
    let decision = op.propose(&Changes::update(&quote).set("discount", 10))?;
    writeln!(out, "decided: {}", decision.outcome().as_str())?;
    op.complete("done")?;

    let report = guard.audit().verify()?;
    if report.findings.is_empty() {
        let events: u64 = report.logs.iter().map(|log| log.events).sum();
        writeln!(out, "verified: nothing was altered in {events} events")?;
    }

    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        Database::connect(store)
            .await?
            .execute_unprepared(FORGERY)
            .await
    })?;
    for finding in guard.audit().verify()?.findings {
        let kind = finding.kind.as_str();
        writeln!(out, "{kind}: event {}", finding.seq.unwrap_or_default())?;
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    run(&mut io::stdout())
}
