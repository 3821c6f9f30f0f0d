//! (d) A contract draft with a clause that the company never signs.

use crm_guardrails::{Changes, Fields, Outcome, Record, Value};

use crate::Result;
use crate::cast;
use crate::stage::{Stage, Work};
use crate::story::{Story, check};

const WORK: Work = Work {
    skill: "contract.draft",
    entity: "Contract",
    context: "contract_assistant",
    purpose: "draft the term of the contract",
};
const TEN_YEARS: &str = "自动续约十年";

pub(crate) fn play(stage: &Stage, story: &mut Story) -> Result {
    let contract = stage.crm.draft_contract("acme")?;
    story.say(format_args!(
        "The contract assistant of 周敏 (u-31, legal) adds “{TEN_YEARS}” to {}.",
        contract.id()?
    ));
    let mut operation = stage.begin(&cast::lawyer(), &WORK)?;
    let changes = Changes::update(&contract).set("clauses", with_clause(&contract, TEN_YEARS));
    let decision = operation.propose(&changes)?;
    story.quote(decision.reasons());
    let said = |code: &str| {
        decision
            .reasons()
            .iter()
            .find(|reason| reason.code() == code)
    };
    let reason = said("FORBIDDEN_CLAUSE");
    check!(
        story,
        *decision.outcome() == Outcome::Deny && reason.is_some(),
        "refused: {}",
        reason.map_or("", |reason| reason.code())
    );
    check!(
        story,
        reason.is_some_and(|reason| reason.message().contains(TEN_YEARS)),
        "the refusal names the clause"
    );
    check!(
        story,
        operation.complete("done").is_err(),
        "a refused operation cannot be completed"
    );
    Ok(())
}

/// The contract's clauses and one more.
fn with_clause(contract: &Record, text: &str) -> Value {
    let mut clauses = match contract.fields().value("clauses") {
        Some(Value::List(clauses)) => clauses.to_vec(),
        _ => Vec::new(),
    };
    let clause: Fields = [("title", "期限"), ("text", text)].into_iter().collect();
    clauses.push(Value::from(clause));
    Value::List(clauses.into())
}
