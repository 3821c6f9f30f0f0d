//! (c) A discount over the limit: it waits, and every short cut around the manager is closed.

use crm_guardrails::process::RecordKey;
use crm_guardrails::{Changes, Outcome, Record, Request, TicketId, Value};

use crate::Result;
use crate::cast;
use crate::stage::{DRAFT, Stage};
use crate::story::{Story, check, refusal};

pub(crate) fn play(stage: &Stage, story: &mut Story) -> Result {
    let quote = stage.crm.small_draft("u-17")?;
    story.say(format_args!(
        "Now the copilot wants 20% on {}. That is over 陈晓's limit.",
        quote.id()?
    ));
    let ticket = it_waits(stage, story, &quote)?;
    nobody_gets_around(stage, story, &quote, ticket)?;
    the_manager_agrees(stage, story, ticket)?;
    only_what_was_approved(stage, story, &quote, ticket)?;
    given_back(stage, story, ticket)?;
    once(stage, story, &quote, ticket)?;
    on_the_record_as_it_is(stage, story, &quote)
}

fn it_waits(stage: &Stage, story: &mut Story, quote: &Record) -> Result<TicketId> {
    let mut operation = stage.begin(&cast::rep(), &DRAFT)?;
    let decision = operation.propose(&Changes::update(quote).set("discount", 20))?;
    story.quote(decision.reasons());
    let Outcome::NeedsApproval(ticket) = decision.outcome() else {
        return Err("twenty per cent did not ask for an approval".into());
    };
    check!(
        story,
        ticket.chains().to_string() == "discount_approval"
            && discount(stage, quote)? == Value::from(10),
        "it waits for `{}`; the CRM still says 10%",
        ticket.chains()
    );
    Ok(ticket.id())
}

fn nobody_gets_around(
    stage: &Stage,
    story: &mut Story,
    quote: &Record,
    ticket: TicketId,
) -> Result {
    let early = stage.guard.resume(ticket, &cast::rep(), quote);
    let code = refusal(&early);
    check!(
        story,
        code == "TICKET_PENDING",
        "resuming at once is refused: {code}"
    );

    let mut again = stage.begin(&cast::rep(), &DRAFT)?;
    let decision = again.propose(&Changes::update(quote).set("discount", 20))?;
    check!(
        story,
        matches!(decision.outcome(), Outcome::NeedsApproval(same) if same.id() == ticket),
        "asking again changes nothing: the same ticket still waits"
    );

    let own = stage
        .guard
        .approvals()
        .approve(ticket, &cast::rep_as_manager(), "looks fine to me");
    let code = refusal(&own);
    check!(
        story,
        code == "APPROVER_IS_REQUESTER",
        "her own approval is refused, though she stands in for the manager today: {code}"
    );

    let by_agent = stage
        .guard
        .approvals()
        .approve(ticket, &cast::managers_copilot(), "");
    let code = refusal(&by_agent);
    check!(
        story,
        code == "APPROVER_IS_AGENT",
        "the manager's copilot may not approve either: {code}"
    );
    Ok(())
}

fn the_manager_agrees(stage: &Stage, story: &mut Story, ticket: TicketId) -> Result {
    let approvals = stage.guard.approvals();
    let inbox = approvals.list(&cast::manager())?;
    let card = inbox
        .iter()
        .find(|card| card.id == ticket)
        .ok_or("the ticket is not in the manager's inbox")?;
    for change in &card.changes {
        story.say(format_args!(
            "李娜's inbox: {} {} {} · {} {} → {}",
            card.verb, card.entity, card.record, change.field, change.before, change.after
        ));
    }
    let card = approvals.approve(ticket, &cast::manager(), "good customer")?;
    check!(
        story,
        card.state.as_str() == "approved" && card.decisions.iter().all(|said| *said.by == *"u-02"),
        "李娜 (u-02) approves exactly this, in person"
    );
    Ok(())
}

fn only_what_was_approved(
    stage: &Stage,
    story: &mut Story,
    quote: &Record,
    ticket: TicketId,
) -> Result {
    let rep = cast::rep();
    let request = Request::new(&rep, DRAFT.skill)
        .entity(DRAFT.entity)
        .context(DRAFT.context)
        .ticket(ticket);
    let mut operation = stage.guard.begin(request)?;
    let decision = operation.propose(&Changes::update(quote).set("discount", 30))?;
    let code = decision
        .reasons()
        .first()
        .map_or("", |reason| reason.code());
    check!(
        story,
        *decision.outcome() == Outcome::Deny && code == "TICKET_MISMATCH",
        "30% under the ticket granted for 20% is refused: {code}"
    );
    Ok(())
}

/// An operation that fails has applied nothing, so the ticket is free again.
fn given_back(stage: &Stage, story: &mut Story, ticket: TicketId) -> Result {
    let present = |key: &RecordKey| stage.crm.quote(key.id()).ok();
    let (operation, _) = stage.guard.resume(ticket, &cast::rep(), present)?;
    let second = stage.guard.resume(ticket, &cast::rep(), present);
    let code = refusal(&second);
    check!(
        story,
        code == "TICKET_RESERVED",
        "while one operation holds the ticket, a second one gets nothing: {code}"
    );
    operation.fail("CRM_DOWN")?;
    let card = stage.guard.approvals().show(ticket, &cast::rep())?;
    check!(
        story,
        card.state.as_str() == "approved",
        "the CRM was down and nothing was applied: the ticket is free again"
    );
    Ok(())
}

/// Whoever agreed saw a discount of twenty; by now somebody has changed it.
fn on_the_record_as_it_is(stage: &Stage, story: &mut Story, quote: &Record) -> Result {
    let shown = stage.crm.quote(&quote.id()?)?;
    let mut operation = stage.begin(&cast::rep(), &DRAFT)?;
    let decision = operation.propose(&Changes::update(&shown).set("discount", 25))?;
    let Outcome::NeedsApproval(ticket) = decision.outcome() else {
        return Err("twenty-five per cent did not ask for an approval".into());
    };
    let approvals = stage.guard.approvals();
    approvals.approve(ticket.id(), &cast::manager(), "once more")?;
    let meanwhile = shown.with("discount", 12);
    let stale = stage.guard.resume(ticket.id(), &cast::rep(), meanwhile);
    let code = refusal(&stale);
    check!(
        story,
        code == "TICKET_STALE",
        "a ticket for a quote that somebody changed meanwhile releases nothing: {code}"
    );
    Ok(())
}

fn once(stage: &Stage, story: &mut Story, quote: &Record, ticket: TicketId) -> Result {
    let present = |key: &RecordKey| stage.crm.quote(key.id()).ok();
    let (operation, release) = stage.guard.resume(ticket, &cast::rep(), present)?;
    stage.crm.apply(release.changes())?;
    operation.complete("The quote now has twenty per cent.")?;
    check!(
        story,
        discount(stage, quote)? == Value::from(20),
        "resumed and applied: the CRM now says 20%"
    );

    let second = stage.guard.resume(ticket, &cast::rep(), present);
    let code = refusal(&second);
    check!(
        story,
        code == "TICKET_SPENT" && discount(stage, quote)? == Value::from(20),
        "spending the ticket a second time is refused: {code}"
    );
    Ok(())
}

/// What the CRM says now.
fn discount(stage: &Stage, quote: &Record) -> Result<Value> {
    let now = stage.crm.quote(&quote.id()?)?;
    Ok(now
        .fields()
        .value("discount")
        .cloned()
        .unwrap_or(Value::Null))
}
