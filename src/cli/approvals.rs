//! `guard approvals`: see and decide tickets.
//!
//! Whoever runs the command says who they are: it is a tool for administrators with access to the
//! database, and for tests. A CRM's own approval page calls the library with the principal of its
//! session.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::{Args, Subcommand, ValueEnum};

use super::ending::Ending;
use super::output::Output;
use super::store::Store;
use crate::process::{Settlement, StepDecision, TicketCard, TicketState, Vote};
use crate::{Fields, Guard, Principal, Result, TicketId, Value};

/// What to do with tickets.
#[derive(Debug, Subcommand)]
pub(super) enum ApprovalsCommand {
    /// Open tickets that this person asked for or may decide
    List(Who),
    /// One ticket, as this person may see it
    Show(Which),
    /// Agree
    Approve(Which),
    /// Refuse
    Reject(Which),
    /// Say what became of a release whose outcome is unknown
    Settle(Settle),
}

/// Who looks or decides.
#[derive(Debug, Clone, Args)]
pub(super) struct Who {
    /// The tenant
    #[arg(long)]
    tenant: String,
    /// The person
    #[arg(long)]
    user: String,
    /// Their roles
    #[arg(long = "role", required = true)]
    roles: Vec<String>,
    /// The folder of `.guard` files, or one file
    #[arg(long, default_value = "policies")]
    policies: PathBuf,
    #[command(flatten)]
    store: Store,
}

/// Which ticket.
#[derive(Debug, Clone, Args)]
pub(super) struct Which {
    /// The ticket's identifier
    ticket: String,
    /// Why, for the record
    #[arg(long, default_value = "")]
    comment: String,
    #[command(flatten)]
    who: Who,
}

/// What became of a release.
#[derive(Debug, Clone, Args)]
pub(super) struct Settle {
    #[command(flatten)]
    which: Which,
    /// Whether the action was applied
    #[arg(long, value_enum)]
    outcome: Outcome,
}

/// Whether an action was applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Outcome {
    /// It was: the ticket counts as used
    Applied,
    /// It was not: the ticket counts as never used
    NotApplied,
}

impl Who {
    fn principal(&self) -> Principal {
        let person = Principal::user(self.tenant.as_str(), self.user.as_str());
        let roles = self.roles.iter();
        roles.fold(person, |person, role| person.role(role.as_str()))
    }

    fn guard(&self) -> Result<Guard> {
        self.store.guard(&self.policies)
    }
}

pub(super) fn run(command: &ApprovalsCommand, output: &mut Output) -> Result<Ending> {
    let cards = match command {
        ApprovalsCommand::List(who) => who.guard()?.approvals().list(&who.principal())?,
        ApprovalsCommand::Show(which)
        | ApprovalsCommand::Approve(which)
        | ApprovalsCommand::Reject(which)
        | ApprovalsCommand::Settle(Settle { which, .. }) => vec![one(command, which)?],
    };
    if output.is_json() {
        let cards: Vec<Fields> = cards.iter().map(to_fields).collect();
        output.json_text(&Fields::from_iter([("tickets", Value::from(cards))]).to_json());
    } else if cards.is_empty() {
        output.line("no open tickets");
    } else {
        cards.iter().for_each(|card| print(card, output));
    }
    Ok(Ending::Fine)
}

fn one(command: &ApprovalsCommand, which: &Which) -> Result<TicketCard> {
    let id: TicketId = which.ticket.parse()?;
    let guard = which.who.guard()?;
    let principal = which.who.principal();
    let approvals = guard.approvals();
    match command {
        ApprovalsCommand::Approve(_) => approvals.approve(id, &principal, &which.comment),
        ApprovalsCommand::Reject(_) => approvals.reject(id, &principal, &which.comment),
        ApprovalsCommand::Settle(settle) => {
            let settlement = match settle.outcome {
                Outcome::Applied => Settlement::Applied,
                Outcome::NotApplied => Settlement::NotApplied,
            };
            approvals.settle(id, &principal, settlement)
        }
        ApprovalsCommand::List(_) | ApprovalsCommand::Show(_) => approvals.show(id, &principal),
    }
}

fn print(card: &TicketCard, output: &Output) {
    output.line(format!("ticket {}: {}", card.id, card.state.as_str()));
    output.line(format!(
        "  {} of {} {} for {}",
        card.verb, card.entity, card.record, card.requester
    ));
    for change in &card.changes {
        output.line(format!(
            "    {}: {} -> {}",
            change.field, change.before, change.after
        ));
    }
    for path in &card.withheld {
        output.line(format!("    {path}: may change, and is not shown in full"));
    }
    for because in &card.because {
        output.line(format!("  because {because}"));
    }
    for said in &card.decisions {
        output.line(format!("  {}", said_by(said)));
    }
    output.line(format!("  chain {}, {}", card.chains, waiting(card)));
}

fn said_by(said: &StepDecision) -> String {
    let word = match said.vote {
        Vote::Approve => "approved",
        Vote::Reject => "rejected",
    };
    let comment = match said.comment.as_str() {
        "" => String::new(),
        comment => format!(": {}", comment.replace('\n', " ")),
    };
    format!(
        "{word} by {} as {} at {}{comment}",
        said.by,
        said.role,
        moment(said.at)
    )
}

/// Until when something can still be done with the ticket.
fn waiting(card: &TicketCard) -> String {
    match (card.state, card.execute_by) {
        (TicketState::Approved, Some(until)) => format!("to be used until {}", moment(until)),
        (TicketState::Pending, _) => format!("to be decided until {}", moment(card.expires)),
        (TicketState::Reserved, _) => "held by an operation".to_owned(),
        (TicketState::Unknown, _) => "its outcome is unknown, to be settled".to_owned(),
        _ => "closed".to_owned(),
    }
}

fn moment(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M:%SZ").to_string()
}

fn decision(said: &StepDecision) -> Fields {
    let mut out = Fields::new();
    out.set("by", said.by.clone());
    out.set("role", said.role.clone());
    out.set("approved", said.vote == Vote::Approve);
    out.set("at", stamp(said.at));
    out.set("comment", said.comment.as_str());
    out
}

fn to_fields(card: &TicketCard) -> Fields {
    let change = |change: &crate::process::TicketChange| {
        Fields::from_iter([
            ("field", &*change.field),
            ("before", &*change.before),
            ("after", &*change.after),
        ])
    };
    let mut out = Fields::new();
    out.set("id", card.id.to_string());
    out.set("state", card.state.as_str());
    out.set("verb", card.verb.as_str());
    out.set("entity", card.entity.clone());
    out.set("record", card.record.clone());
    out.set("requester", card.requester.clone());
    out.set("skill", card.skill.clone());
    out.set("chain", card.chains.to_string());
    out.set("because", card.because.clone());
    out.set(
        "changes",
        card.changes.iter().map(change).collect::<Vec<_>>(),
    );
    out.set("withheld", card.withheld.clone());
    out.set("action", card.action.to_string());
    out.set("created", stamp(card.created));
    out.set("expires", stamp(card.expires));
    out.set("execute_by", card.execute_by.map(stamp));
    out.set(
        "decisions",
        card.decisions.iter().map(decision).collect::<Vec<_>>(),
    );
    out
}

/// RFC 3339, for machines.
fn stamp(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true)
}
