//! Policies without a database: compile a folder, run its tests, and ask what the guard would
//! answer to one request.
//!
//! ```sh
//! cargo run --example policies_only
//! ```

use std::io::Write;
use std::path::Path;

use crm_guardrails::evaluate;
use crm_guardrails::rules::{Bundle, compile, run_tests};

const POLICIES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/crm/policies");

const REQUEST: &str = r#"{
    "principal": {"tenant": "acme", "user": "u-31", "roles": ["LEGAL"]},
    "skill": "contract.draft",
    "context": "contract_assistant",
    "record": {"id": "K-1", "owner": "u-17", "status": "DRAFT", "clauses": []},
    "changes": {"clauses": [{"title": "term", "text": "unlimited liability"}]}
}"#;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut out = std::io::stdout();
    let compiled = compile(&Bundle::read(Path::new(POLICIES))?);
    for finding in &compiled.diagnostics {
        writeln!(out, "{finding}")?;
    }
    let policy = compiled.policy.ok_or("the policies do not compile")?;

    let report = run_tests(&policy, &compiled.tests);
    writeln!(
        out,
        "{} tests pass, {} fail",
        report.passed(),
        report.failed()
    )?;

    let answer = evaluate(policy, REQUEST)?;
    writeln!(out, "{}", answer.outcome)?;
    for reason in &answer.reasons {
        writeln!(out, "{reason}")?;
    }
    Ok(())
}
