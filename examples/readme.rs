//! The Rust of README.md as it stands there, around a CRM of one quote. A test holds the two
//! together and runs it.
//!
//! ```sh
//! cargo run --example readme    # in a folder with the README's `policies`
//! ```

use std::fmt::Debug;
use std::io::Write as _;

use crm_guardrails::process::RecordKey;
use crm_guardrails::{Changes, Guard, Outcome, Principal, Record, Request, Result, TicketId};

/// A CRM that holds one quote, and writes down what it is told.
#[derive(Default)]
pub struct Crm {
    /// What it was told.
    pub told: Vec<String>,
}

impl Crm {
    fn quote(&self, id: &str) -> String {
        format!(
            r#"{{"id": "{id}", "owner": "u-17", "discount": 5,
                "cost_price": "60000.00", "contact_phone": "13800005678"}}"#
        )
    }

    fn load(&self, key: &RecordKey) -> Result<Record> {
        Record::from_json(key.entity().clone(), &self.quote(key.id()))
    }

    fn apply(&mut self, changes: &Changes) {
        self.tell("applied", changes.verb());
    }

    fn tell(&mut self, what: &str, about: impl Debug) {
        self.told.push(format!("{what} {about:?}"));
    }
}

/// A model that always wants to give the same discount.
pub struct Model {
    /// What it was shown.
    pub prompt: String,
    /// What it would give, in percent.
    pub discount: i64,
}

impl Model {
    fn discount_for(&mut self, prompt: &str) -> i64 {
        prompt.clone_into(&mut self.prompt);
        self.discount
    }
}

/// What README.md shows.
pub fn draft(crm: &mut Crm, model: &mut Model) -> Result<()> {
    let guard = Guard::builder()
        .policies("policies")
        .store("sqlite://guard.db?mode=rwc")
        .open()?;
    let rep = Principal::user("acme", "u-17").role("SALES_REP");
    let quote = Record::from_json("Quote", &crm.quote("Q-1"))?;

    let mut op = guard.begin(Request::new(&rep, "quote.draft").context("sales_copilot"))?;
    let prompt = op.read(&quote)?.to_json(); // what the model may see; audited
    let changes = Changes::update(&quote).set("discount", model.discount_for(&prompt));
    let decision = op.propose(&changes)?; // rules, risk, approvals; audited
    match decision.outcome() {
        Outcome::Allow(release) => {
            crm.apply(release.changes());
            op.complete("drafted")?;
        }
        Outcome::NeedsApproval(ticket) => crm.tell("waits for", ticket.chains()),
        Outcome::Deny => crm.tell("refused", decision.reasons()),
    }
    Ok(())
}

/// What README.md shows of a ticket that was granted.
pub fn resume(guard: &Guard, ticket: TicketId, rep: &Principal, crm: &mut Crm) -> Result<()> {
    let (op, release) = guard.resume(ticket, rep, |key: &RecordKey| crm.load(key))?;
    crm.apply(release.changes());
    op.complete("applied")?; // or op.fail(…): not applied, and the ticket is free again
    Ok(())
}

fn main() -> Result<()> {
    let mut crm = Crm::default();
    let mut model = Model {
        prompt: String::new(),
        discount: 20,
    };
    draft(&mut crm, &mut model)?;
    // Nobody to tell when the reader is gone.
    let _ = writeln!(
        std::io::stdout(),
        "{}\n{}",
        model.prompt,
        crm.told.join("\n")
    );
    Ok(())
}
