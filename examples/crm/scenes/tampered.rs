//! (j) The audit trail proves itself, until one byte of it is changed in the database.

use crate::Result;
use crate::admin::Admin;
use crate::stage::Stage;
use crate::story::{Story, check};

pub(crate) fn play(stage: &Stage, story: &mut Story) -> Result {
    let before = stage.guard.audit().verify()?;
    let events: u64 = before.logs.iter().map(|log| log.events).sum();
    check!(
        story,
        before.findings.is_empty(),
        "{events} events in {} logs verify: hashes, tree and signatures fit",
        before.logs.len()
    );

    let admin = Admin::connect(stage.folder())?;
    let [log, seq, operation, payload] = admin.row(
        "SELECT log_id, CAST(seq AS TEXT) AS seq, operation_id, payload FROM guard_audit_event \
         WHERE kind = 'decision' AND payload LIKE '%needs_approval%' \
         AND payload LIKE '%\"user\":\"u-17\"%' ORDER BY seq LIMIT 1",
        ["log_id", "seq", "operation_id", "payload"],
    )?;
    let trace = stage.guard.audit().trace("acme", operation.parse()?)?;
    let steps: Vec<&str> = trace
        .steps
        .iter()
        .map(|step| step.event.kind.as_str())
        .collect();
    check!(
        story,
        steps.first() == Some(&"intent") && trace.steps.iter().all(|step| step.intact),
        "the request for 20% can be told from end to end:"
    );
    story.cite(steps.join(" → "));

    story.say(
        "Somebody edits one byte of it in the table `guard_audit_event`: u-17 becomes u-18, another",
    );
    story.say("seller.");
    let forged = payload.replacen("u-17", "u-18", 1);
    admin.run(
        "UPDATE guard_audit_event SET payload = ? WHERE log_id = ? AND seq = CAST(? AS INTEGER)",
        [forged.into(), log.clone().into(), seq.clone().into()],
    )?;

    let after = stage.guard.audit().verify()?;
    for finding in &after.findings {
        story.cite(finding);
    }
    check!(
        story,
        after.findings.iter().any(|finding| {
            finding.seq.map(|at| at.to_string()) == Some(seq.clone())
                && finding.log.map(|at| at.to_string()) == Some(log.clone())
        }),
        "verify names the record that was edited: event {seq} of this log"
    );
    Ok(())
}
