//! (f) Two companies share the database; neither can reach the other.

use crm_guardrails::{Changes, Outcome};

use crate::Result;
use crate::cast;
use crate::stage::{DRAFT, Stage};
use crate::story::{Story, check, refusal};

pub(crate) fn play(stage: &Stage, story: &mut Story) -> Result {
    let theirs = stage.crm.small_draft("g-05")?;
    story.say(format_args!(
        "{} belongs to globex. By a mistake in the CRM it reaches acme's copilot.",
        theirs.id()?
    ));
    let mut operation = stage.begin(&cast::rep(), &DRAFT)?;
    let seen = operation.read(&theirs);
    let code = refusal(&seen);
    check!(
        story,
        code == "not_found",
        "reading it: {code}, as if it did not exist"
    );

    let mut own = stage.begin(&cast::stranger(), &DRAFT)?;
    check!(
        story,
        own.read(&theirs).is_ok(),
        "globex's own copilot reads it without trouble"
    );

    let mixed = [theirs.clone(), stage.crm.small_draft("u-17")?];
    let views = operation.read_many(&mixed)?;
    check!(
        story,
        views.len() == 1,
        "in a list of two, only acme's own quote is there"
    );

    let decision = operation.propose(&Changes::update(&theirs).set("discount", 1))?;
    let code = decision
        .reasons()
        .first()
        .map_or("", |reason| reason.code());
    check!(
        story,
        *decision.outcome() == Outcome::Deny,
        "changing it is refused: {code}"
    );
    tickets(stage, story)
}

/// A ticket of one tenant does not exist for the other.
fn tickets(stage: &Stage, story: &mut Story) -> Result {
    let ours = stage.crm.small_draft("u-17")?;
    let mut operation = stage.begin(&cast::rep(), &DRAFT)?;
    let decision = operation.propose(&Changes::update(&ours).set("discount", 25))?;
    let Outcome::NeedsApproval(ticket) = decision.outcome() else {
        return Err("25% did not ask for an approval".into());
    };
    let approvals = stage.guard.approvals();
    let seen = approvals.show(ticket.id(), &cast::strange_manager());
    let approved = approvals.approve(ticket.id(), &cast::strange_manager(), "");
    check!(
        story,
        refusal(&seen) == "not_found" && refusal(&approved) == "not_found",
        "globex's manager neither sees nor approves acme's ticket: {}",
        refusal(&approved)
    );
    Ok(())
}
