//! (b) A discount within the seller's limit: proposed, allowed, applied.

use crm_guardrails::{Changes, Value};

use crate::Result;
use crate::cast;
use crate::stage::{DRAFT, Stage};
use crate::story::{Story, check};

pub(crate) fn play(stage: &Stage, story: &mut Story) -> Result {
    let quote = stage.crm.small_draft("u-17")?;
    let id = quote.id()?;
    story.say(format_args!(
        "陈晓's copilot proposes 10% on her quote {id}. Her limit is 15%."
    ));

    let mut operation = stage.begin(&cast::rep(), &DRAFT)?;
    drop(operation.read(&quote)?);
    let changes = Changes::update(&quote).set("discount", 10);
    let decision = operation.propose(&changes)?;
    story.quote(decision.reasons());
    let risk = decision.risk();
    let factors: Vec<String> = risk
        .factors
        .iter()
        .map(|(name, points)| format!("{name} {points}"))
        .collect();
    story.cite(format_args!(
        "risk {} {}: {}",
        risk.score.unwrap_or_default(),
        risk.level,
        factors.join(" + ")
    ));
    check!(
        story,
        decision.release().is_some(),
        "allowed; a MEDIUM risk is told to {}",
        decision.notify().join(", ")
    );
    stage.crm.apply(decision.into_release()?.changes())?;
    operation.complete("I have put ten per cent on the quote.")?;
    check!(
        story,
        stage.crm.quote(&id)?.fields().value("discount") == Some(&Value::from(10)),
        "applied: the CRM now says 10%"
    );
    Ok(())
}
