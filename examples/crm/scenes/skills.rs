//! (e) Three refusals before anything begins, each with a reason of its own.

use crm_guardrails::{Principal, Value};

use crate::Result;
use crate::admin::Admin;
use crate::cast;
use crate::stage::{Stage, Work};
use crate::story::{Story, check, refusal};

const EXPORT: Work = Work {
    skill: "customer.export",
    entity: "Customer",
    context: "sales_copilot",
    purpose: "send the list to my new employer",
};
const LOOKUP: Work = Work {
    skill: "customer.lookup",
    purpose: "call back",
    ..EXPORT
};
const CONTRACT: Work = Work {
    skill: "contract.draft",
    entity: "Contract",
    context: "contract_assistant",
    purpose: "save the lawyers some time",
};

pub(crate) fn play(stage: &Stage, story: &mut Story) -> Result {
    let rep = cast::rep();
    lookup(stage, story, &rep)?;
    suspend(stage, LOOKUP.skill)?;

    let mut codes = Vec::new();
    for (work, why) in [
        (&EXPORT, "nobody registered it"),
        (&LOOKUP, "an administrator suspended it a moment ago"),
        (&CONTRACT, "it is there for LEGAL alone"),
    ] {
        let refused = stage.begin(&rep, work);
        let code = refusal(&refused).to_owned();
        check!(
            story,
            refused.is_err() && !codes.contains(&code),
            "{} is refused: {why}",
            work.skill
        );
        if let Err(error) = refused {
            story.quote(error.reasons());
        }
        codes.push(code);
    }
    Ok(())
}

/// The skill works, as long as it is active.
fn lookup(stage: &Stage, story: &mut Story, rep: &Principal) -> Result {
    let customer = stage.crm.customer_of("u-17")?;
    let mut operation = stage.begin(rep, &LOOKUP)?;
    let view = operation.read(&customer)?;
    let secrets = ["resident_id", "bank_card", "credit_limit"];
    check!(
        story,
        view.value("name").is_some() && secrets.iter().all(|field| view.value(field).is_none()),
        "customer.lookup works: {}, without resident ID and bank card",
        view.value("name").and_then(Value::as_text).unwrap_or("")
    );
    operation.complete("the customer's name")?;
    Ok(())
}

/// An administrator stops a skill for her company, while everything runs.
fn suspend(stage: &Stage, skill: &str) -> Result {
    let admin = Admin::connect(stage.folder())?;
    admin.run(
        "INSERT INTO guard_ai_skill_status (tenant_id, skill_name, status) VALUES ('acme', ?, 'suspended')",
        [skill.into()],
    )?;
    let _ = stage.guard.refresh()?;
    Ok(())
}
