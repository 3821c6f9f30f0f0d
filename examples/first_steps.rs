//! The program of docs/tutorials/rust.md as it stands there. A test holds the two together and runs it.
//!
//! ```sh
//! cargo run --example first_steps    # in a folder with the tutorial's `policies`
//! ```
#![allow(
    clippy::print_stdout,
    reason = "a first program prints what it has to say"
)]

use crm_guardrails::process::RecordKey;
use crm_guardrails::{Changes, Guard, Outcome, Principal, Record, Request, Result, TicketId};

/// What a CRM holds; the guard never keeps it.
const QUOTE: &str = r#"{"id": "Q-1", "owner": "u-17", "discount": 5,
    "cost_price": "60000.00", "contact_phone": "13800005678"}"#;

/// The quote as the CRM has it now.
fn load(_: &RecordKey) -> Result<Record> {
    Record::from_json("Quote", QUOTE)
}

/// One AI operation: the model reads the quote, and proposes a discount.
fn draft(guard: &Guard, rep: &Principal, discount: i64) -> Result<Option<TicketId>> {
    let quote = Record::from_json("Quote", QUOTE)?;
    let mut op = guard.begin(Request::new(rep, "quote.draft"))?;

    let view = op.read(&quote)?; // all that a model may be given
    println!("the model sees {}", view.to_json());

    let decision = op.propose(&Changes::update(&quote).set("discount", discount))?;
    let mut waiting = None;
    match decision.outcome() {
        Outcome::Allow(release) => {
            println!("{discount}%: apply {}", release.to_json()); // a CRM writes it here
            op.complete("done")?;
        }
        Outcome::NeedsApproval(ticket) => {
            println!("{discount}%: waits for {}", ticket.chains());
            waiting = Some(ticket.id());
        }
        Outcome::Deny => println!("{discount}%: refused"),
    }
    for reason in decision.reasons() {
        println!("    because {}", reason.message());
    }
    Ok(waiting)
}

pub(crate) fn main() -> Result<()> {
    let guard = Guard::builder()
        .policies("policies")
        .store("sqlite://guard.db?mode=rwc")
        .open()?;
    let rep = Principal::user("acme", "u-17").role("SALES_REP");

    draft(&guard, &rep, 10)?;
    draft(&guard, &rep, 50)?;
    let ticket = draft(&guard, &rep, 20)?;

    if let Some(ticket) = ticket {
        let manager = Principal::user("acme", "u-02").role("SALES_MANAGER");
        guard
            .approvals()
            .approve(ticket, &manager, "good customer")?;

        // The change is decided again, on the quote as it is by now, and released once.
        let (op, release) = guard.resume(ticket, &rep, load)?;
        println!("approved: apply {}", release.to_json());
        op.complete("done")?;
    }
    Ok(())
}
