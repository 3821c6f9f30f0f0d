//! (g) A change in the permission tables, made in plain SQL, reaches the running guard.

use std::time::{Duration, Instant};

use crm_guardrails::Value;

use crate::Result;
use crate::admin::Admin;
use crate::cast;
use crate::stage::{DRAFT, Stage};
use crate::story::{Story, check};

const FIELD: &str = "payment_terms";

pub(crate) fn play(stage: &Stage, story: &mut Story) -> Result {
    story.say(format_args!(
        "Until now sellers' copilots may read `{FIELD}`. An administrator hides it, in plain SQL."
    ));
    check!(
        story,
        terms(stage)?.is_some(),
        "before: the copilot reads `{FIELD}`"
    );

    let admin = Admin::connect(stage.folder())?;
    admin.run(
        "INSERT INTO data_field_permission \
         (id, tenant_id, entity_type, field_name, sensitivity_level, pii_flag, encryption_required) \
         VALUES (1, 'acme', 'Quote', ?, 3, FALSE, FALSE)",
        [FIELD.into()],
    )?;
    admin.run(
        "INSERT INTO role_field_permission \
         (tenant_id, role_id, field_id, access_type, ai_access_allowed) \
         VALUES ('acme', 'SALES_REP', 1, ?, FALSE)",
        ["HIDDEN".into()],
    )?;
    let hidden = within(Duration::from_secs(1), || Ok(terms(stage)?.is_none()))?;
    check!(
        story,
        hidden,
        "after: it is gone within a second, without a restart"
    );
    Ok(())
}

/// What the copilot sees of the field.
fn terms(stage: &Stage) -> Result<Option<Value>> {
    let quote = stage.crm.small_draft("u-17")?;
    let mut operation = stage.begin(&cast::rep(), &DRAFT)?;
    let terms = operation.read(&quote)?.value(FIELD).cloned();
    operation.complete("")?;
    Ok(terms)
}

/// Looks again and again until it holds or the time is over. Each look is an audited operation, so
/// the disk sets the pace.
fn within(time: Duration, mut holds: impl FnMut() -> Result<bool>) -> Result<bool> {
    let deadline = Instant::now() + time;
    loop {
        if holds()? {
            return Ok(true);
        }
        if Instant::now() > deadline {
            return Ok(false);
        }
    }
}
