//! (i) Nothing is released that nobody judged: what hides inside a change, and what changed in between.

use crm_guardrails::process::RecordKey;
use crm_guardrails::{Changes, Fields, Outcome, Record, TicketId, Value};

use crate::Result;
use crate::cast;
use crate::stage::{DRAFT, Stage, Work};
use crate::story::{Story, check, refusal};

const CONTRACT: Work = Work {
    skill: "contract.draft",
    entity: "Contract",
    context: "contract_assistant",
    purpose: "draft the payment clause",
};

pub(crate) fn play(stage: &Stage, story: &mut Story) -> Result {
    nothing_hides_inside(stage, story)?;
    let quote = stage.crm.small_draft("u-18")?;
    given_back(stage, story, &quote)?;
    changed_in_between(stage, story, &quote)
}

/// A clause with a member that no policy declares, and that no card would show.
fn nothing_hides_inside(stage: &Stage, story: &mut Story) -> Result {
    let contract = stage.crm.draft_contract("acme")?;
    story.say(format_args!(
        "周敏's assistant adds a clause to {}, with a rider inside that nobody declared.",
        contract.id()?
    ));
    let clause: Fields = [
        ("title", "付款"),
        ("text", "签约后三十日内付款"),
        ("rider", "may be assigned to anybody"),
    ]
    .into_iter()
    .collect();
    let clauses = Value::List([Value::from(clause)].into());
    let mut operation = stage.begin(&cast::lawyer(), &CONTRACT)?;
    let decision = operation.propose(&Changes::update(&contract).set("clauses", clauses))?;
    story.quote(decision.reasons());
    let names_the_path = decision
        .reasons()
        .iter()
        .any(|reason| reason.message().contains("clauses[0].rider"));
    check!(
        story,
        *decision.outcome() == Outcome::Deny && names_the_path,
        "refused, and the refusal names the path"
    );
    Ok(())
}

/// What was released and could not be applied goes back: the approval still stands.
fn given_back(stage: &Stage, story: &mut Story, quote: &Record) -> Result {
    let ticket = approved(stage, quote, 20)?;
    let (operation, release) = stage.guard.resume(ticket, &cast::colleague(), quote)?;
    check!(
        story,
        release.fields().value("discount") == Some(&Value::from(20)),
        "王磊's 20% on {} is approved and released",
        quote.id()?
    );
    let second = stage.guard.resume(ticket, &cast::colleague(), quote);
    let code = refusal(&second);
    check!(
        story,
        code == "TICKET_RESERVED",
        "while it is being applied, nobody else gets it: {code}"
    );
    operation.fail("CRM_DOWN")?;
    let present = |key: &RecordKey| stage.crm.quote(key.id()).ok();
    let (operation, release) = stage.guard.resume(ticket, &cast::colleague(), present)?;
    stage.crm.apply(release.changes())?;
    operation.complete("The quote now has twenty per cent.")?;
    check!(
        story,
        discount(stage, quote)? == Value::from(20),
        "the CRM was down, so the ticket was given back, and the second try applies it"
    );
    Ok(())
}

/// The record that was approved is not the record of now.
fn changed_in_between(stage: &Stage, story: &mut Story, quote: &Record) -> Result {
    let present = stage.crm.quote(&quote.id()?)?;
    let ticket = approved(stage, &present, 25)?;
    story.say("25% is approved. Before it is applied, somebody edits the same field in the CRM.");
    stage
        .crm
        .apply(&Changes::update(&present).set("discount", 5))?;
    let load = |key: &RecordKey| stage.crm.quote(key.id()).ok();
    let resumed = stage.guard.resume(ticket, &cast::colleague(), load);
    let code = refusal(&resumed);
    check!(
        story,
        code == "TICKET_STALE" && discount(stage, quote)? == Value::from(5),
        "what was approved is not what is there any more: {code}"
    );
    Ok(())
}

/// A ticket of 王磊's for this discount, which 李娜 has approved.
fn approved(stage: &Stage, quote: &Record, percent: i64) -> Result<TicketId> {
    let mut operation = stage.begin(&cast::colleague(), &DRAFT)?;
    let decision = operation.propose(&Changes::update(quote).set("discount", percent))?;
    let Outcome::NeedsApproval(ticket) = decision.outcome() else {
        return Err("the discount did not ask for an approval".into());
    };
    let ticket = ticket.id();
    let approvals = stage.guard.approvals();
    approvals.approve(ticket, &cast::manager(), "")?;
    Ok(ticket)
}

/// What the CRM says now.
fn discount(stage: &Stage, quote: &Record) -> Result<Value> {
    let now = stage.crm.quote(&quote.id()?)?;
    let discount = now.fields().value("discount").cloned();
    Ok(discount.unwrap_or(Value::Null))
}
