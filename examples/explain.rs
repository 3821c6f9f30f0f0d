//! Explain: why a change came out as it did, what would have to change, and which rules were near.
//!
//! ```text
//! needs approval by manager
//!   because APPROVAL_REQUIRED: 20% is more than a seller may give (discount_needs_a_manager at
//!     sales.guard:34)
//!
//! rules that apply
//!   discount_needs_a_manager (sales.guard:34): require approval manager
//!     ✓ discount > 15%   discount is 20%
//!     ✓ actor has SALES_REP
//!
//! what would have to change: any one of these
//!   1. `discount` at most 15% (is 20%)
//!   2. the actor not having the role SALES_REP
//!
//! near misses: rules that do not apply
//!   discount_too_deep (sales.guard:40) would deny DISCOUNT_TOO_DEEP
//!     ✗ discount > 40%   discount is 20%
//!
//! risk 2.4 LOW
//!   data_sensitivity 0.8 = 2 * max_sensitivity   max_sensitivity is 1
//!   impact 1.6 = skill.impact   skill.impact is 4
//!   user 0 = behaviour.score   behaviour.score is 0
//!   MEDIUM from 5: not reached
//!   HIGH from 8: not reached
//!
//! fields you do not see as they are
//!   contact_phone   masked with phone   grant SALES_REP at sales.guard:16
//!   cost_price      hidden              nobody grants it
//! ```
//!
//! `cargo run --example explain`; in Python `examples/python/explain.py`. The policy is in `examples/ladder/policies`.

use std::error::Error;
use std::io::{self, Write};

use crm_guardrails::{Changes, Guard, Principal, Record, Request};

const POLICIES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/ladder/policies");

pub(crate) fn run(out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let store = format!("sqlite://{}/guard.db?mode=rwc", folder.path().display());
    let guard = Guard::builder().policies(POLICIES).store(store).open()?;
    let rep = Principal::user("acme", "u-17").role("SALES_REP");
    let quote = Record::from_json("Quote", r#"{"id": "Q-1", "owner": "u-17", "discount": 5}"#)?;

    let mut op = guard.begin(Request::new(&rep, "quote.draft"))?;
    let decision = op.propose(&Changes::update(&quote).set("discount", 20))?;

    // For the one who asked: it tells nothing that they may not see. `to_json` has the same as data.
    let explanation = decision.explain().to_string();
    writeln!(out, "{}", explanation.trim_end())?;
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    run(&mut io::stdout())
}
