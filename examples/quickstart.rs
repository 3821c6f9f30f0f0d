//! The shortest whole story: one read, one proposal, one refusal.
//!
//! ```sh
//! cargo run --example quickstart
//! ```

use std::io::Write;

use crm_guardrails::{Changes, Guard, Outcome, Principal, Record, Request};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut out = std::io::stdout();
    let folder = tempfile::tempdir()?;
    let guard = Guard::builder()
        .policies(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/examples/crm/policies"
        ))
        .store(format!(
            "sqlite://{}/guard.db?mode=rwc",
            folder.path().display()
        ))
        .open()?;

    let rep = Principal::user("acme", "u-17")
        .role("SALES_REP")
        .agent("copilot")
        .model("qwen:14b");
    let quote = Record::from_json(
        "Quote",
        r#"{"id": "Q-1", "owner": "u-17", "discount": 5, "amount": "85500.00",
            "cost_price": "60000.00", "contact_phone": "13800005678"}"#,
    )?;

    let mut operation = guard.begin(
        Request::new(&rep, "quote.draft")
            .entity("Quote")
            .context("sales_copilot"),
    )?;
    writeln!(out, "the model sees: {}", operation.read(&quote)?.to_json())?;

    let decision = operation.propose(&Changes::update(&quote).set("discount", 20))?;
    match decision.outcome() {
        Outcome::Allow(release) => {
            writeln!(out, "released: {}", release.to_json())?;
            operation.complete("done").map(drop)?;
        }
        Outcome::NeedsApproval(ticket) => writeln!(out, "waiting for {}", ticket.chain())?,
        Outcome::Deny => writeln!(out, "refused")?,
    }
    for reason in decision.reasons() {
        writeln!(out, "{reason}")?;
    }
    Ok(())
}
